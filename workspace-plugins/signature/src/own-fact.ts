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

/** Half of the digest: the environment has a size, and 128 bits are twice what Nx makes of them. */
export function ownFactValue(own: Digest): string {
  return hexOf(own).slice(0, 32);
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
