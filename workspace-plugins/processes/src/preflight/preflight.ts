import { aosModuleFile, loadAosModule, openEvaluation } from "@slipway/aos";
import type { AosModule } from "@slipway/aos";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Candidate } from "./candidate.ts";
import { isLoss } from "./changes.ts";
import type { PreflightFailure } from "./failure.ts";
import type { PreflightReport } from "./report.ts";
import { tryProcess } from "./trial.ts";

export type PreflightEffects = {
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
  readonly environment?: NodeJS.ProcessEnv;
  /** Of one evaluation; an endless loop in Lua ends there. */
  readonly timeoutMs?: number;
  /** For what is tried on a live memory. */
  readonly now?: () => number;
};

const usualTimeoutMs = 20_000;

/**
 * Boots each process in a memory of its own in the real aos module, evaluates its code and runs its checks. Nothing is
 * signed, nobody is asked; what one process sends to another goes nowhere. The report is the same for the same input.
 */
export async function preflight(
  candidates: readonly Candidate[],
  effects: PreflightEffects,
): Promise<Result<PreflightReport, PreflightFailure>> {
  const file = aosModuleFile(effects.environment ?? process.env);
  const aos = await loadAosModule(file, effects);
  if (effects.signal.aborted) return fail({ reason: "preflight-stopped" });
  return aos.ok ? evaluateAll(candidates, aos.value, effects) : aos;
}

/** Everything that stands against a deployment of what was reported; lost state only where nobody accepted it. */
export function judgePreflight(
  report: PreflightReport,
  options: { readonly acceptStateLoss: boolean },
): Result<PreflightReport, PreflightFailure> {
  const problems = report.processes.flatMap(({ process, problems: found }) =>
    found.map((problem) => ({ process, problem })),
  );
  if (problems.length > 0) return fail({ reason: "preflight-failed", problems });
  const losses = report.processes.flatMap((each) =>
    !("changes" in each)
      ? []
      : each.changes.filter(isLoss).map((change) => ({ process: each.process, change })),
  );
  return losses.length > 0 && !options.acceptStateLoss
    ? fail({ reason: "preflight-state-lost", losses })
    : ok(report);
}

async function evaluateAll(
  candidates: readonly Candidate[],
  aos: AosModule,
  { signal, progress, timeoutMs = usualTimeoutMs, now = Date.now }: PreflightEffects,
): Promise<Result<PreflightReport, PreflightFailure>> {
  await using evaluation = openEvaluation(aos.wasm, timeoutMs);
  // Who waits for the thread is told by its end.
  const stop = () => void evaluation[Symbol.asyncDispose]();
  signal.addEventListener("abort", stop, { once: true });
  const processes = [];
  try {
    for (const candidate of candidates) {
      progress(`preflight of ${candidate.process}`);
      const tried = await tryProcess(candidate, { evaluate: evaluation.evaluate, now });
      if (!tried.ok) return tried;
      processes.push(tried.value);
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return ok({ version: 1, aos: aos.digest, processes });
}
