import { digestAt } from "./block.ts";
import type { Texts } from "./notes.ts";
import { state } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

/** Whether every entry that is signed as a text has one. */
export function hasTexts(snapshot: Snapshot, texts: Texts): boolean {
  const { states } = snapshot;
  // A call for each entry would take ten times as long.
  for (let entry = 0; entry < states.length; entry += 1) {
    if (((states[entry] ?? 0) & state.text) === 0) continue;
    const raw = Buffer.from(digestAt(snapshot, entry)).toString("hex");
    if (texts[raw] === undefined) return false;
  }
  return true;
}

/** Asks again about all: what declares may have changed. */
export function forgetDecided(snapshot: Snapshot): void {
  for (const [entry, flags] of snapshot.states.entries()) {
    if ((flags & state.decided) !== 0) snapshot.states[entry] = flags & ~state.decided;
  }
}

/** The texts that an entry is still signed by. */
export function textsInUse(snapshot: Snapshot, texts: Texts): Texts {
  const used: Texts = {};
  for (const [entry, flags] of snapshot.states.entries()) {
    if ((flags & state.text) === 0) continue;
    const raw = Buffer.from(digestAt(snapshot, entry)).toString("hex");
    const text = texts[raw];
    if (text !== undefined) used[raw] = text;
  }
  return used;
}
