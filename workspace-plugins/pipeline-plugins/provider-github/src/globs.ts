import { textOf } from "./expressions.ts";

/**
 * Whether `subject` fits a glob, as an expression: GitHub knows beginnings, ends and parts of texts. `undefined`: it cannot be said.
 * `isPlain`: the subject has no slashes.
 */
export function matchText(subject: string, glob: string, isPlain: boolean): string | undefined {
  if (glob.includes("?")) return undefined;
  const [first = "", ...rest] = glob.split(/(\*+)/);
  const [wild, last = "", ...more] = rest;
  if (wild === undefined) return `${subject} == ${textOf(glob)}`;
  const isInPart = !isPlain && [wild, more[0]].includes("*");
  const texts = [first, last, more[1] ?? ""];
  if (isInPart && texts.some((text) => text.includes("/"))) return undefined;
  const isMixed = !isPlain && more.length > 0 && (wild === "*") !== (more[0] === "*");
  if (isMixed) return undefined;
  const around = more.length === 0 ? bothEnds(subject, first, last) : inside(subject, rest, first);
  if (around === undefined) return undefined;
  const parts = [...around, ...(isInPart ? [`!contains(${subject}, '/')`] : [])];
  const [only = "true"] = parts;
  return parts.length > 1 ? `(${parts.join(" && ")})` : only;
}

/** Beginning and end, where one letter cannot be of both. */
function bothEnds(subject: string, first: string, last: string): readonly string[] | undefined {
  const isShared = Array.from({ length: last.length }, (_, at) => last.slice(0, at + 1)).some(
    (start) => first.toLowerCase().endsWith(start.toLowerCase()),
  );
  if (isShared) return undefined;
  return [
    ...(first === "" ? [] : [`startsWith(${subject}, ${textOf(first)})`]),
    ...(last === "" ? [] : [`endsWith(${subject}, ${textOf(last)})`]),
  ];
}

function inside(
  subject: string,
  [, middle = "", , last = "", ...more]: readonly string[],
  first: string,
): readonly string[] | undefined {
  const isOnly = first === "" && last === "" && more.length === 0;
  return isOnly ? [`contains(${subject}, ${textOf(middle)})`] : undefined;
}

/**
 * A glob of ours in the filter of an event, where more characters have a meaning: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions#filter-pattern-cheat-sheet
 * `undefined`: it cannot be said, since `?` makes the character before it optional there.
 */
export function filterPattern(glob: string): string | undefined {
  if (glob.includes("?")) return undefined;
  return glob.replaceAll(/[\\[\]+]|^!/g, String.raw`\$&`);
}
