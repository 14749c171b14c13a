import type { Condition, Job, Place } from "@slipway/pipeline-sdk/graph";
import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import { checkValue } from "./check-values.ts";
import { unsayableGlobs, valuesIn } from "./conditions.ts";
import { problem } from "./problems.ts";

const ofJobs = ["input", "fact", "output", "setting"] as const;

export function checkConditions(job: Job): readonly Diagnostic[] {
  const steps = job.kind.case === "work" ? job.kind.value.steps : [];
  return [
    ...check(job.condition, job.place, { where: "the condition of a job", kinds: ofJobs }),
    ...steps.flatMap(({ condition, place }) =>
      check(condition, place ?? job.place, {
        where: "the condition of a step",
        kinds: [...ofJobs, "env", "step"],
      }),
    ),
  ];
}

function check(
  condition: Condition | undefined,
  place: Place | undefined,
  known: Parameters<typeof checkValue>[2],
): readonly Diagnostic[] {
  const own = condition?.place ?? place;
  return [
    ...unsayableGlobs(condition).map(({ glob, instead }) =>
      problem(
        {
          code: "GITHUB_GLOB",
          title: "expressions of GitHub know beginnings, ends and parts of texts",
          message:
            instead === undefined
              ? `${glob} cannot be said in an expression`
              : `${glob} cannot be said in an expression: ${instead} stands there`,
          fixHint: "write ** for the rest of a name, compare with texts, or filter by the triggers",
          place: own,
        },
        instead === undefined ? Diagnostic_Level.ERROR : Diagnostic_Level.WARNING,
      ),
    ),
    ...valuesIn(condition).flatMap((value) => checkValue(value, own, known)),
  ];
}
