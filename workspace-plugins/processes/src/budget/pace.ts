import type { UnitFailure } from "../failure.ts";
import type { TaskContext } from "../task.ts";
import { openBudget } from "./budget.ts";
import type { Budget } from "./budget.ts";
import { parseRetryAfter } from "./place-request.ts";
import { userFolder } from "./user-folder.ts";

/** Asked before each request to a unit, and told of each refusal for asking too often. */
export type Pace = {
  /** Waits for the request's turn. The failure: there is none in time, or the run was stopped. */
  readonly before: (url: string) => Promise<UnitFailure | undefined>;
  readonly refused: (url: string, retryAfter: string | null) => void;
};

/** As real compute units have it, by address (spec, section 1.4). Nobody counts on this machine. */
const usualPerMinute = 6;

/** For how long a run waits until a unit may be asked again. */
const longestTurnMs = 300_000;

/** What all runs of this machine share. */
export function openPace(
  { signal, progress = () => undefined, workspaceRoot }: TaskContext,
  target: { readonly dry_runs_per_minute?: number | undefined } | undefined,
  environment: Variables = process.env,
): Pace {
  const folder = userFolder(environment, workspaceRoot);
  const budget = openBudget(folder, { signal, progress, limitMs: longestTurnMs });
  return paceOf(budget, { perMinute: target?.dry_runs_per_minute });
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Every request waits while its unit is left alone; dry-runs of compute units are counted as well. */
export function paceOf(
  budget: Budget,
  { perMinute }: { readonly perMinute: number | undefined },
): Pace {
  return {
    before: async (url) => {
      const { host, hostname, pathname } = new URL(url);
      const limit = pathname.endsWith("/dry-run") ? (perMinute ?? usualOf(hostname)) : undefined;
      const taken = await budget.take(host, limit);
      if (taken.ok) return undefined;
      return taken.failure === "stopped"
        ? { reason: "ao-stopped" }
        : { reason: "unit-turn-too-late", url, ...taken.failure };
    },
    refused: (url, retryAfter) => {
      const { host, hostname } = new URL(url);
      const ms = parseRetryAfter(retryAfter, Date.now());
      // A network of one's own that names no time is asked again as after any other fault.
      if (ms !== undefined || !isLoopback(hostname)) budget.refused(host, ms);
    },
  };
}

function usualOf(hostname: string): number | undefined {
  return isLoopback(hostname) ? undefined : usualPerMinute;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}
