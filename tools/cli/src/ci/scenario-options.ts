import { events } from "@slipway/pipelines/simulate";
import type { Scenario } from "@slipway/pipelines/simulate";
import { fail, ok } from "@slipway/signature/result";
import type { Result } from "@slipway/signature/result";
import type { ArgumentsFailure } from "../arguments.ts";

/** What starts the run that is simulated. */
export const scenarioOptions = {
  event: { type: "string" },
  branch: { type: "string" },
  tag: { type: "string" },
  base: { type: "string" },
  head: { type: "string" },
  action: { type: "string" },
  cron: { type: "string" },
  actor: { type: "string" },
  input: { type: "string", multiple: true },
  setting: { type: "string", multiple: true },
  output: { type: "string", multiple: true },
} as const;

type Given = {
  readonly [Name in keyof typeof scenarioOptions]?:
    | ((typeof scenarioOptions)[Name] extends { readonly multiple: true } ? string[] : string)
    | undefined;
};

export function readScenario(given: Given): Result<Scenario, ArgumentsFailure> {
  const { event: name = "push", branch = "main", base = "main", head = "topic" } = given;
  const event = events.find((one) => one === name);
  if (event === undefined) return refused(`--event is one of ${events.join(", ")}, not ${name}`);
  const pairs = { input: given.input, setting: given.setting, output: given.output };
  const faulty = Object.entries(pairs).flatMap(([option, texts = []]) =>
    texts.flatMap((text) =>
      /^[^=]+=/s.test(text) ? [] : [`--${option} is name=value, not ${text}`],
    ),
  );
  const [problem] = faulty;
  if (problem !== undefined) return refused(problem);
  return ok({
    event,
    branch,
    tag: given.tag,
    baseBranch: base,
    headBranch: head,
    action: given.action ?? "synchronize",
    cron: given.cron,
    actor: given.actor ?? "somebody",
    commit: "0000000000000000000000000000000000000000",
    runNumber: "1",
    inputs: tableOf(given.input),
    settings: tableOf(given.setting),
    outputs: tableOf(given.output),
  });
}

function tableOf(texts: readonly string[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

function refused(problem: string): Result<never, ArgumentsFailure> {
  return fail({ reason: "arguments-invalid", problem });
}
