import { digestAt } from "./block.ts";
import type { Texts } from "./notes.ts";
import { state } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

/** Whether every entry that is signed as a text has one. */
export function hasTexts(snapshot: Snapshot, texts: Texts): boolean {
  return entriesWith(snapshot, state.text).every(
    (entry) => texts[rawOf(snapshot, entry)] !== undefined,
  );
}

/** Asks again about all: what declares may have changed. */
export function forgetDecided(snapshot: Snapshot): void {
  for (const entry of entriesWith(snapshot, state.decided)) {
    snapshot.states[entry] = (snapshot.states[entry] ?? 0) & ~state.decided;
  }
}

/** The texts that an entry is still signed by. */
export function textsInUse(snapshot: Snapshot, texts: Texts): Texts {
  const used: Texts = {};
  for (const entry of entriesWith(snapshot, state.text)) {
    const raw = rawOf(snapshot, entry);
    const text = texts[raw];
    if (text !== undefined) used[raw] = text;
  }
  return used;
}

/** The entries that have these bits of a state, and of `mask` no others. */
export function entriesWith(
  { states }: Snapshot,
  bits: number,
  mask: number = bits,
): readonly number[] {
  const found: number[] = [];
  // A call for each entry would take ten times as long.
  for (let entry = 0; entry < states.length; entry += 1) {
    if (((states[entry] ?? 0) & mask) === bits) found.push(entry);
  }
  return found;
}

function rawOf(snapshot: Snapshot, entry: number): string {
  return Buffer.from(digestAt(snapshot, entry)).toString("hex");
}
