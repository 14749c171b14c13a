import type { Result } from "@slipway/signature";
import type { Claims, Observation, PhaseName } from "./statement.ts";

/** Times the phases of one smoke and keeps how each ended. */
export type Phases = {
  readonly enter: <Value, Failure>(
    name: PhaseName,
    work: () => Promise<Result<Value, Failure>>,
  ) => Promise<Result<Value, Failure>>;
  readonly states: () => Claims["phases"];
  readonly durations: () => Observation["phases"];
};

export function openPhases(progress: (line: string) => void): Phases {
  const ended: { name: PhaseName; state: "passed" | "failed"; durationMs: number }[] = [];
  return {
    enter: async (name, work) => {
      progress(name.replace("-", " "));
      const startedAt = performance.now();
      const result = await work();
      const durationMs = Math.round(performance.now() - startedAt);
      ended.push({ name, state: result.ok ? "passed" : "failed", durationMs });
      return result;
    },
    states: () => ended.map(({ name, state }) => ({ name, state })),
    durations: () => ended.map(({ name, durationMs }) => ({ name, durationMs })),
  };
}
