import { eventReaders } from "@slipway/pipelines/skipping";
import type { RunEvent, RunProvider } from "@slipway/pipelines/skipping";
import { fail, ok } from "@slipway/signature/result";
import type { Result } from "@slipway/signature/result";
import type { ArgumentsFailure } from "../arguments.ts";

/** Of commands that a run of a provider calls. */
export const runOptions = {
  provider: { type: "string" },
  workflow: { type: "string" },
  store: { type: "string" },
  event: { type: "string" },
} as const;

type Given = { readonly [Name in keyof typeof runOptions]?: string | undefined };

type RunOptions = {
  readonly provider: RunProvider;
  readonly workflow: string;
  readonly store: string;
  readonly event: RunEvent["event"] | undefined;
};

const events = ["push", "pull-request", "merge-queue", "schedule", "manual"] as const;

/** Where the provider keeps successes with its own cache. */
const usualStore = ".slipway/job-successes";

export function readRunOptions(given: Given): Result<RunOptions, ArgumentsFailure> {
  const { provider = "", workflow = "ci", store = usualStore, event } = given;
  if (!isProvider(provider)) {
    return refused(`--provider is one of ${Object.keys(eventReaders).join(", ")}, not ${provider}`);
  }
  const known = events.find((one) => one === event);
  if (event !== undefined && known === undefined) {
    return refused(`--event is one of ${events.join(", ")}, not ${event}`);
  }
  return ok({ provider, workflow, store, event: known });
}

function isProvider(text: string): text is RunProvider {
  return Object.hasOwn(eventReaders, text);
}

function refused(problem: string): Result<never, ArgumentsFailure> {
  return fail({ reason: "arguments-invalid", problem });
}
