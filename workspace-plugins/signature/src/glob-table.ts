import type { Group, Token, Tokens } from "./glob-syntax.ts";

/**
 * Matches by a table of all places in a path, so that no pattern and no path can make it take longer than the product of
 * their sizes, and for a repeated group once more the size of the path.
 */
export function matcherOf(tokens: Tokens): (path: string) => boolean {
  const matchers = new Map<string, RegExp>();
  return (path) => {
    const chars = Array.from(path);
    const end = [...chars.map(() => false), true];
    return matchesFrom(tokens, end, { chars, matchers })[0] ?? false;
  };
}

/** For each place in a path, its end too: whether what is asked about matches from there. */
type Places = readonly boolean[];

type Matching = { readonly chars: readonly string[]; readonly matchers: Map<string, RegExp> };

/** Where tokens match that are followed by what matches at `after`. From the last to the first. */
function matchesFrom(tokens: Tokens, after: Places, matching: Matching): Places {
  let places = after;
  for (let at = tokens.length - 1; at >= 0; at -= 1) {
    const token = tokens[at];
    if (token === undefined) continue;
    if (token.kind === "any-segments" && tokens[at + 1]?.kind === "separator") continue;
    const isAfterSegments = token.kind === "separator" && tokens[at - 1]?.kind === "any-segments";
    places = isAfterSegments ? segmentsFrom(places, matching) : tokenFrom(token, places, matching);
  }
  return places;
}

function tokenFrom(token: Token, after: Places, matching: Matching): Places {
  const { chars, matchers } = matching;
  switch (token.kind) {
    case "plain": {
      const known = matchers.get(token.source);
      const matcher = known ?? new RegExp(`^(?:${token.source})$`, "su");
      matchers.set(token.source, matcher);
      return [...chars.map((char, at) => after[at + 1] === true && matcher.test(char)), false];
    }
    case "separator":
      return [...chars.map((char, at) => char === "/" && after[at + 1] === true), false];
    case "star":
      return starFrom(after, chars);
    case "any-segments": {
      const last = after.lastIndexOf(true);
      return after.map((_, at) => at < last);
    }
    case "group":
      return groupFrom(token, after, matching);
  }
}

function starFrom(after: Places, chars: readonly string[]): Places {
  const places = [...after];
  for (let at = chars.length - 1; at >= 0; at -= 1) {
    places[at] ||= chars[at] !== "/" && places[at + 1] === true;
  }
  return places;
}

/** Any number of names with a slash after each. */
function segmentsFrom(after: Places, { chars }: Matching): Places {
  const places = [...after];
  let next = -1;
  for (let at = chars.length - 1; at >= 0; at -= 1) {
    if (chars[at] === "/") next = at;
    else places[at] ||= next !== -1 && places[next + 1] === true;
  }
  return places;
}

function groupFrom({ operator, alternatives }: Group, after: Places, matching: Matching): Places {
  const once = (places: Places): Places =>
    alternatives.map((tokens) => matchesFrom(tokens, places, matching)).reduce(either);
  switch (operator) {
    case "@":
      return once(after);
    case "?":
      return either(after, once(after));
    case "*":
      return either(after, repeated(once, after));
    case "+":
      return repeated(once, after);
    case "!": {
      const refused = once(after);
      return starFrom(after, matching.chars).map((is, at) => is && refused[at] !== true);
    }
  }
}

function repeated(once: (places: Places) => Places, after: Places): Places {
  for (let places = once(after); ;) {
    const more = either(places, once(places));
    if (more.every((is, at) => is === places[at])) return places;
    places = more;
  }
}

function either(a: Places, b: Places): Places {
  return a.map((is, at) => is || b[at] === true);
}
