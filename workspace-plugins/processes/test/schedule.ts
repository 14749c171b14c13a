import type { Mode } from "../src/network/network.ts";
import { requestFaults, writeFaults } from "./disturbed.ts";
import type { Fault } from "./disturbed.ts";
import { openRandom } from "./random.ts";
import type { Random } from "./random.ts";

/** What happens to one project, one thing after another. */
export type Schedule = {
  readonly seed: number;
  readonly mode: Mode;
  readonly strategy: "in-place" | "immutable";
  readonly processes: readonly ("counter" | "reader")[];
  /** For how many runs the gateway lists nothing that was sent since the beginning. */
  readonly lagsForRuns: number;
  readonly steps: readonly Step[];
};

export type Step =
  | { readonly do: "edit"; readonly wish: Wish }
  | { readonly do: "lose"; readonly what: "record" | "journal" | "all" }
  | { readonly do: "overwrite" }
  | { readonly do: "run"; readonly faults: readonly Fault[] }
  | { readonly do: "two-runs"; readonly faults: readonly Fault[] };

/** A version of the code, and of the settings that make a process the one it is. */
export type Wish = { readonly code: number; readonly settings: number; readonly onBoot: boolean };

const first: Wish = { code: 0, settings: 0, onBoot: false };

/** The same for the same seed. */
export function scheduleOf(seed: number): Schedule {
  const random = openRandom(seed);
  const steps: Step[] = [];
  let wish: Wish = { ...first, onBoot: random.happens(0.2) };
  steps.push({ do: "edit", wish });
  const rounds = 1 + random.number(3);
  for (let round = 0; round < rounds; round += 1) {
    steps.push({ do: random.happens(0.15) ? "two-runs" : "run", faults: faultsOf(random) });
    if (random.happens(0.3)) {
      steps.push({ do: "lose", what: random.oneOf(["record", "journal", "all"]) });
    }
    if (random.happens(0.1)) steps.push({ do: "overwrite" });
    if (random.happens(0.6)) {
      wish = changed(wish, random);
      steps.push({ do: "edit", wish });
    }
  }
  return {
    seed,
    mode: random.oneOf(["legacy", "mainnet"]),
    strategy: random.happens(0.15) ? "immutable" : "in-place",
    processes: random.happens(0.15) ? ["counter", "reader"] : ["counter"],
    lagsForRuns: random.happens(0.5) ? 1 + random.number(8) : 0,
    steps,
  };
}

function changed(wish: Wish, random: Random): Wish {
  return random.happens(0.6)
    ? { ...wish, code: random.number(3) }
    : { ...wish, settings: random.number(2) };
}

function faultsOf(random: Random): readonly Fault[] {
  return Array.from({ length: 1 + random.number(2) }, () =>
    random.happens(0.7)
      ? { at: "request", nth: random.number(8), does: random.oneOf(requestFaults) }
      : { at: "write", nth: random.number(6), does: random.oneOf(writeFaults) },
  );
}
