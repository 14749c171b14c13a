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

function starredPattern(pattern: readonly string[]): (path: readonly string[]) => boolean {
  const [first, ...others] = pattern;
  if (first === undefined) return (path) => path.length === 0;
  const rest = starredPattern(others);
  if (first === "**") {
    const isLast = others.length === 0;
    return (path) =>
      isLast ? path.length > 0 : path.some((_, at) => rest(path.slice(at))) || rest([]);
  }
  const glob = compileGlob(first) ?? nothing;
  return (path) => glob(path[0] ?? "") && path.length > 0 && rest(path.slice(1));
}

function nothing(): boolean {
  return false;
}
