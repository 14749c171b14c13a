import { digestOf } from "@slipway/signature/basics";
import type { Instance } from "./instances.ts";

/** One job of the graph: a job of the file, with values of its matrix. */
export type PlannedId = {
  readonly base: string;
  readonly instance: Instance;
  /** `[A-Za-z_][A-Za-z0-9_-]*`, and no other of the file in any case. */
  readonly id: string;
  /** `test`, or `test (arch: amd64, ruby: 3.2)`. */
  readonly name: string;
};

/** `test-amd64-ruby3_2`: values that begin with a letter stand for themselves, others come after their dimension. */
export function planIds(
  jobs: readonly { readonly base: string; readonly instances: readonly Instance[] }[],
): readonly PlannedId[] {
  const planned = jobs.flatMap(({ base, instances }) =>
    instances.map((instance) => ({ base, instance, id: idOf(base, instance) })),
  );
  const uses = new Map<string, number>();
  for (const { id } of planned) uses.set(id.toLowerCase(), (uses.get(id.toLowerCase()) ?? 0) + 1);
  return planned.map(({ base, instance, id }) => {
    const isTaken = uses.get(id.toLowerCase()) !== 1;
    return {
      base,
      instance,
      id: isTaken ? `${id}-${shortOf(base, instance)}` : id,
      name: nameOf(base, instance),
    };
  });
}

function idOf(base: string, { values }: Instance): string {
  const parts = Object.entries(values).map(([dimension, value]) =>
    /^[A-Za-z]/.test(value) ? value : `${dimension}${value}`,
  );
  const id = [base, ...parts].join("-").replaceAll(/[^A-Za-z0-9_-]/g, "_");
  return /^[A-Za-z_]/.test(id) ? id : `_${id}`;
}

function nameOf(base: string, { values }: Instance): string {
  const parts = Object.entries(values).map(([dimension, value]) => `${dimension}: ${value}`);
  return parts.length === 0 ? base : `${base} (${parts.join(", ")})`;
}

function shortOf(base: string, { values }: Instance): string {
  return digestOf(JSON.stringify([base, values])).slice("sha256:".length, "sha256:".length + 8);
}
