import { globMatches, jobsIn, stringsIn } from "@slipway/pipeline-kit/policy";
import type { Fault } from "@slipway/pipeline-kit/policy";
import { Comparison_Operator, Fact } from "@slipway/pipeline-sdk/graph";
import type { Condition, Graph } from "@slipway/pipeline-sdk/graph";
import type { Settings } from "./settings.ts";

/** SECURITY_004: a job that pull requests start has secrets, and runs what their authors wrote. */
export function secretFaults(
  graph: Graph,
  { pull_request_secrets: allowed }: Settings,
): readonly Fault[] {
  const started = jobsIn(graph).filter(
    ({ workflow, job }) =>
      workflow.triggers?.pullRequest !== undefined && mayHold(job.condition) !== false,
  );
  return started.flatMap((one) => {
    const names = stringsIn(graph, one)
      .filter(({ kind }) => kind === "secret")
      .map(({ text }) => text)
      .filter((name) => !allowed.some((glob) => globMatches(glob, name)));
    return [...new Set(names)].toSorted().map((name) => ({
      code: "SECURITY_004",
      level: "warning",
      title: "a secret for pull requests",
      message: `the job ${one.job.id} runs for pull requests and has the secret ${name}`,
      fixHint: `let it run for pushes alone, if = "event == 'push'", or allow it: pull_request_secrets = ["${name}"]`,
      place: one.job.place,
    }));
  });
}

/** Whether it can hold for a pull request; `undefined`: who knows. */
function mayHold(condition: Condition | undefined): boolean | undefined {
  const kind = condition?.kind;
  switch (kind?.case) {
    case "literal":
      return kind.value;
    case "not": {
      const inner = mayHold(kind.value);
      return inner === undefined ? undefined : !inner;
    }
    case "all": {
      const parts = kind.value.of.map(mayHold);
      if (parts.includes(false)) return false;
      return parts.includes(undefined) ? undefined : true;
    }
    case "any": {
      const parts = kind.value.of.map(mayHold);
      if (parts.includes(true)) return true;
      return parts.includes(undefined) ? undefined : false;
    }
    case "comparison": {
      const { left, operator, right } = kind.value;
      return left?.kind.case === "fact" && operator === Comparison_Operator.EQUAL
        ? holdsOf(left.kind.value, right)
        : undefined;
    }
    case "status":
    case undefined:
      return undefined;
  }
}

/** Of a pull request the event is known, and that there is neither a branch that was pushed to nor a tag. */
function holdsOf(fact: Fact, right: string): boolean | undefined {
  if (fact === Fact.EVENT) return right === "pull-request";
  return fact === Fact.BRANCH || fact === Fact.TAG ? right === "" : undefined;
}

const piped = /\b(?:curl|wget)\b[^\n;&]*\|\s*(?:sudo\s+(?:-\S+\s+)*)?(?:env\s+)?(?:ba|da|z|k)?sh\b/;

/** SECURITY_006: a command runs what it has just fetched, whatever it is today. */
export function commandFaults(graph: Graph): readonly Fault[] {
  return jobsIn(graph).flatMap(({ job, work }) =>
    (work?.steps ?? []).flatMap(({ kind, place }): readonly Fault[] => {
      if (kind.case !== "run" || !piped.test(kind.value.command)) return [];
      return [
        {
          code: "SECURITY_006",
          level: "warning",
          title: "a script that is fetched and run",
          message: `a command of the job ${job.id} gives what it fetches to a shell`,
          fixHint: "fetch it to a file, compare its digest, and run that",
          place: place ?? job.place,
        },
      ];
    }),
  );
}
