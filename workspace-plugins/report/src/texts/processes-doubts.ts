import type { Doubt } from "@slipway/processes";
import type { Outcome } from "@slipway/signature";

/** What may be a mistake in Lua, and may be meant, in a line. `about` is what its kind speaks of. */
const words: { readonly [Kind in Doubt["kind"]]: (about: string) => string } = {
  "require-computed": () =>
    "the name of a module is computed: its file is in the bundle only if something else requires it",
  "handler-computed": () =>
    "the name of a handler is computed: no later deployment knows to remove it",
  "module-absent": (about) => `pcall asks for the module ${about}, which is not there`,
  "module-twice": (about) => `one file by two names, ${about}: Lua runs it twice`,
  "module-case": (about) =>
    `differs from ${about} by the case of letters alone: some file systems hold one of them`,
  "module-circle": (about) => `a circle that is closed when a function is called: ${about}`,
  "global-unknown": (about) =>
    `the global ${about} is read, nothing assigns it and aos does not have it`,
  "global-of-other-lua": (about) => `a global of another Lua than 5.3: ${about}`,
};

/** The facts of a bundle, which tell a doubt by its kind and what it is about, with words for those. */
export function bundledFacts(facts: Outcome["facts"]): Outcome["facts"] {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, isPlace(name) ? doubtWords(value) : value]),
  );
}

/** Processes and digests stand there too: a doubt stands at its line and column. */
function isPlace(name: string): boolean {
  return /:\d+:\d+$/.test(name);
}

function doubtWords(value: string | number): string | number {
  const [kind = "", ...about] = String(value).split(" ");
  const told: ReadonlyMap<string, (about: string) => string> = new Map(Object.entries(words));
  return told.get(kind)?.(about.join(" ")) ?? value;
}
