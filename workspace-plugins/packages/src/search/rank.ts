import { compareBytes } from "@slipway/signature/basics";
import semver from "semver";
import type { Candidate, FoundPlace } from "./candidate.ts";
import type { Description } from "./description.ts";

export type Query = {
  /** Each has to be found, in any field and any case. */
  readonly words: readonly string[];
  /** Each has to be part of a capability. */
  readonly capabilities: readonly string[];
};

export type FoundPackage = Description & {
  readonly places: readonly FoundPlace[];
  /** The higher, the nearer to what was asked for. */
  readonly score: number;
};

/** The packages that a query is about: best first, then in byte order of names, the newest version first. */
export function rankPackages(
  candidates: readonly Candidate[],
  query: Query,
): readonly FoundPackage[] {
  const found = [...Map.groupBy(candidates, ({ id }) => id).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const places = same.map(({ place }) => place);
    const { description } = first;
    const score = scoreOf(description, places, query);
    return score === undefined ? [] : [{ ...description, places, score }];
  });
  return found.toSorted(
    (a, b) =>
      b.score - a.score ||
      compareBytes(a.name, b.name) ||
      newestFirst(a.version, b.version) ||
      compareBytes(JSON.stringify(a.places), JSON.stringify(b.places)),
  );
}

/** Versions of semver before other texts. */
export function newestFirst(a: string, b: string): number {
  const [left, right] = [semver.parse(a), semver.parse(b)];
  if (left !== null && right !== null) return semver.compareBuild(right, left);
  if (left === null && right === null) return compareBytes(b, a);
  return left === null ? 1 : -1;
}

/** `undefined` where something that was asked for is nowhere. */
function scoreOf(
  description: Description,
  places: readonly FoundPlace[],
  { words, capabilities }: Query,
): number | undefined {
  const can = description.capabilities.map(folded);
  const isAble = capabilities.every((asked) => can.some((one) => one.includes(folded(asked))));
  if (!isAble) return undefined;
  const fields = fieldsOf(description, places);
  const scores = words.map((word) => scoreOfWord(folded(word), fields));
  return scores.includes(0) ? undefined : scores.reduce((sum, score) => sum + score, 0);
}

type Field = { readonly text: string; readonly weight: number };

/** What the author says for machines counts more than what is said in passing. */
function fieldsOf(of: Description, places: readonly FoundPlace[]): readonly Field[] {
  const weighed: readonly (readonly [number, readonly string[]])[] = [
    [10, [of.name, ...places.flatMap((place) => (place.kind === "lock" ? [place.key] : []))]],
    [6, of.capabilities],
    [5, of.tags],
    [4, [of.summary]],
    [3, [of.description]],
    [2, places.map(referenceOf)],
    [1, [of.usage, of.inputs, of.outputs, of.language]],
  ];
  return weighed.flatMap(([weight, texts]) =>
    texts.map((text) => ({ text: folded(text), weight })),
  );
}

/** Of the field that it counts most in: three times as a whole field, twice as a whole word. */
function scoreOfWord(word: string, fields: readonly Field[]): number {
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(word)}(?![\\p{L}\\p{N}])`, "u");
  const scores = fields.map(({ text, weight }) => {
    if (text === word) return weight * 3;
    if (!text.includes(word)) return 0;
    return whole.test(text) ? weight * 2 : weight;
  });
  return Math.max(0, ...scores);
}

function referenceOf(place: FoundPlace): string {
  switch (place.kind) {
    case "lock":
      return place.source;
    case "store":
      return "";
    case "build":
    case "pull":
      return place.reference;
    case "registry":
      return place.repository;
  }
}

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
