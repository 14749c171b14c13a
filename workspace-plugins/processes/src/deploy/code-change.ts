import { digestOf } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import type { Goal } from "./goal.ts";

type Before = {
  readonly digest: Digest;
  /** `undefined`: nobody has it any more. */
  readonly code: string | undefined;
  readonly handlers: readonly string[];
};

type Names = { added: string[]; removed: string[] };

/** What another code does to a process: its size, its modules, its handlers. */
export function codeChange(goal: Goal, before: Before | undefined) {
  const after = { digest: goal.codeDigest, bytes: Buffer.byteLength(goal.code) };
  const handlers = namesOf(before?.handlers ?? [], goal.handlers);
  if (before === undefined) return { after, handlers };
  const bytes = before.code === undefined ? {} : { bytes: Buffer.byteLength(before.code) };
  const modules = before.code === undefined ? {} : { modules: modulesOf(before.code, goal.code) };
  return { before: { digest: before.digest, ...bytes }, after, ...modules, handlers };
}

function modulesOf(before: string, after: string): Names & { changed: string[] } {
  const [old, now] = [digestsIn(before), digestsIn(after)];
  const changed = [...now].filter(([name, digest]) => (old.get(name) ?? digest) !== digest);
  return { ...namesOf([...old.keys()], [...now.keys()]), changed: changed.map(([name]) => name) };
}

function namesOf(before: readonly string[], after: readonly string[]): Names {
  return {
    added: after.filter((name) => !before.includes(name)).toSorted(),
    removed: before.filter((name) => !after.includes(name)).toSorted(),
  };
}

/** Of each module of a bundle, which begins with a line of its own; what follows the last is the source itself. */
function digestsIn(code: string): ReadonlyMap<string, Digest> {
  const starts = [...code.matchAll(/^package\.loaded\["([^"]+)"\] = nil$/gm)];
  const source = code.lastIndexOf("\n;(function(...)\n");
  return new Map(
    starts.map(({ 1: name = "", index }, at) => [
      name,
      digestOf(code.slice(index, starts[at + 1]?.index ?? (source < 0 ? undefined : source))),
    ]),
  );
}
