import { importText } from "./github-values.ts";
import type { Source } from "./github-values.ts";
import { Taking, entriesOf, textOf } from "./located.ts";
import type { Located, Plain } from "./located.ts";
import { booleanIn } from "./github-steps.ts";

const accesses = ["none", "read", "write"];

/** `permissions`. `undefined`: they cannot be said. */
export function importPermissions(located: Located): Plain | undefined {
  const text = textOf(located);
  if (text !== undefined) return /^(read|write)-all$/.exec(text)?.[1];
  const entries = entriesOf(located).map(([scope, each]) => [scope, textOf(each) ?? ""] as const);
  if (entries.length === 0) return "none";
  return entries.every(([, access]) => accesses.includes(access))
    ? Object.fromEntries(entries)
    : undefined;
}

/** `concurrency` of a job. `undefined`: it cannot be said. */
export function jobConcurrency(located: Located): Plain | undefined {
  return concurrencyOf(located, ["fact", "input", "matrix"]);
}

/** `concurrency` of a workflow, which knows no matrix. */
export function workflowConcurrency(located: Located): Plain | undefined {
  return concurrencyOf(located, ["fact", "input"]);
}

function concurrencyOf(located: Located, kinds: readonly Source["kind"][]): Plain | undefined {
  const taking = located.kind === "table" ? new Taking(located) : undefined;
  const text = textOf(taking === undefined ? located : taking.take("group")) ?? "";
  const group = importText(text, kinds);
  const cancels = taking?.takeIf("cancel-in-progress", booleanIn);
  if (group === undefined || group === "" || (taking?.left().length ?? 0) > 0) return undefined;
  return { group, ...(cancels === true ? { cancel_in_progress: true } : {}) };
}
