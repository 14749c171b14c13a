import { hexOf } from "./digest.ts";
import type { Digest } from "./digest.ts";

const prefix = "SLIPWAY_OWN_";

/**
 * The variable that carries the digest of a target's own ingredients to Nx: `SLIPWAY_OWN_<PROJECT>__<TARGET>`. Nx
 * hashes less than an action has: no modes, no links, no restored times. Two targets never share a variable: `-` becomes
 * `_`, small letters become capital ones, and every other character is `x<code>x`.
 */
export function ownFact(project: string, target: string): string {
  return `${prefix}${inVariable(project)}__${inVariable(target)}`;
}

/** Whether a variable is such a fact: it says nothing that the action does not have itself. */
export function isOwnFact(variable: string): boolean {
  return variable.startsWith(prefix);
}

const factsFolder = ".slipway/facts/";

/**
 * The file that carries such a digest where there are too many for variables, relative to the workspace: Nx gives each
 * task a copy of the environment, and 500 of 500 variables took longer than the tasks. To be declared as a fileset with
 * `includeIgnored`, which Nx reads from the disk when the hook has written it.
 */
export function ownFactFile(project: string, target: string): string {
  return `${factsFolder}${ownFact(project, target)}`;
}

/** Whether a pattern is that of such a file. */
export function isOwnFactFile(pattern: string): boolean {
  return pattern.startsWith(factsFolder);
}

/** Half of the digest: the environment has a size, and 128 bits are twice what Nx makes of them. */
export function ownFactValue(own: Digest): string {
  return hexOf(own).slice(0, 32);
}

/** What it never was before: nothing that Nx remembers can be served for a target that could not be signed. */
export function unsignedFactValue(): string {
  return `unsigned-${globalThis.crypto.randomUUID()}`;
}

/** Neither `_` twice in a row nor one at an end, so that the two names can be told apart. */
function inVariable(name: string): string {
  const characters = name.split("");
  return characters
    .map((character, at) => {
      if (/[a-z0-9]/.test(character)) return character.toUpperCase();
      const isInside = at > 0 && at < characters.length - 1 && characters[at - 1] !== "-";
      return character === "-" && isInside ? "_" : `x${character.charCodeAt(0).toString(16)}x`;
    })
    .join("");
}
