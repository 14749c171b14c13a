import { compileGlob } from "./glob.ts";

/**
 * Whether `files.include` means a path. What aigg takes is taken. Beyond that `**` is any number of folders wherever it
 * stands, the name of a folder means all that lies in it, and `./` before a pattern says nothing.
 */
export function includePattern(text: string): (path: string) => boolean {
  const pattern = text.replace(/^(?:\.\/)+/, "").replace(/\/$/, "");
  const asAigg = aiggPattern(pattern);
  const starred = starredPattern(pattern.split("/"));
  const isPlain = !/[*?[\\]/.test(pattern);
  return (path) =>
    asAigg(path) ||
    starred(path.split("/")) ||
    (isPlain && (pattern === "." || path.startsWith(`${pattern}/`)));
}

/** `**` counts in front alone, where what follows may be the whole path, lie one folder deep, end it, or be its name. */
function aiggPattern(pattern: string): (path: string) => boolean {
  if (!pattern.includes("**")) return compileGlob(pattern) ?? nothing;
  if (!pattern.startsWith("**/")) return nothing;
  const suffix = pattern.slice(3);
  const whole = compileGlob(suffix) ?? nothing;
  const below = compileGlob(`*/${suffix}`) ?? nothing;
  return (path) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return whole(path) || below(path) || whole(name) || `/${path}`.endsWith(`/${suffix}`);
  };
}

/** By how many parts of the path can be taken after each part of the pattern: no way is tried twice. */
function starredPattern(pattern: readonly string[]): (path: readonly string[]) => boolean {
  const steps = pattern.map((part) => (part === "**" ? part : (compileGlob(part) ?? nothing)));
  return (path) => {
    let taken: ReadonlySet<number> = new Set([0]);
    for (const [at, step] of steps.entries()) {
      const isLast = at === steps.length - 1;
      taken = new Set([...taken].flatMap((from) => takenBy(step, path, from, isLast)));
    }
    return taken.has(path.length);
  };
}

function takenBy(
  step: "**" | ((part: string) => boolean),
  path: readonly string[],
  from: number,
  isLast: boolean,
): readonly number[] {
  const part = path[from];
  if (step !== "**") return part !== undefined && step(part) ? [from + 1] : [];
  // At the end it has to have something, as a folder's name has.
  if (isLast) return part === undefined ? [] : [path.length];
  return Array.from({ length: path.length - from + 1 }, (_, parts) => from + parts);
}

function nothing(): boolean {
  return false;
}
