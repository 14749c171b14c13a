/** Of a file below the workspace: parts with slashes between, none of them `.`, `..` or `.git`. */
export type OutputPath = string & { readonly __brand: "OutputPath" };

/** Why a text is none. */
export type PathProblem =
  | "empty"
  | "absolute"
  | "leaves"
  | "backslash"
  | "control"
  | "git"
  | "folder";

/** `./a//b` is `a/b`. */
export function parseOutputPath(
  text: string,
): { readonly path: OutputPath } | { readonly problem: PathProblem } {
  const problem = problemOf(text);
  if (problem !== undefined) return { problem };
  const path = text
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- minted here alone, after every check
  return path === "" ? { problem: "empty" } : { path: path as OutputPath };
}

function problemOf(text: string): PathProblem | undefined {
  if (text === "") return "empty";
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text)) return "control";
  if (text.includes("\\")) return "backslash";
  if (text.startsWith("/") || /^[A-Za-z]:/.test(text)) return "absolute";
  const parts = text.split("/");
  if (parts.includes("..")) return "leaves";
  // Some file systems leave out the case, dots and spaces at the end, and what no eye sees.
  if (parts.some((part) => /^\.git[. ]*$/i.test(foldedPath(part)))) return "git";
  return /(^|\/)\.?$/.test(text) ? "folder" : undefined;
}

/** The same for paths that are one file where the file system knows no case. */
export function foldedPath(path: string): string {
  return path
    .normalize("NFC")
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "")
    .toUpperCase()
    .toLowerCase()
    .normalize("NFC");
}

/** The folders above a path, the outermost first. */
export function foldersAbove(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_part, at) => parts.slice(0, at + 1).join("/"));
}
