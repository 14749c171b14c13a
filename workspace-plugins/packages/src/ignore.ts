import { compileGlob } from "./glob.ts";

type Rule = {
  /** As it stands in its file, with the place of a line of `.aigogoignore`. */
  readonly says: string;
  readonly ignores: boolean;
  readonly foldersOnly: boolean;
  readonly matches: (path: string) => boolean;
};

const defaults = [
  ".git/ .svn/ .hg/ node_modules/ venv/ .venv/ env/ __pycache__/ *.pyc .eggs/ *.egg-info/",
  "dist/ build/ target/ *.so *.dylib *.dll *.exe .vscode/ .idea/ *.swp *.swo .DS_Store",
  ".aigogo/ aigogo.json",
].flatMap((line) => line.split(" "));

export type EntryKind = "file" | "folder";

/** The rule by which a path is ignored, in words; `undefined` where it is not. Folders above it are not looked at. */
export type Ignores = (path: string, kind: EntryKind) => string | undefined;

/** The defaults, then the manifest's `exclude`, then the lines of `.aigogoignore`; the last that matches decides. */
export function ignoreRules(exclude: readonly string[], ignoreFile: string): Ignores {
  const lines = ignoreFile.split(/\r?\n/).flatMap((line, at) => {
    const isSaid = line.trim() !== "" && !line.trim().startsWith("#");
    return isSaid ? [ruleOf(line, `.aigogoignore:${at + 1}: ${line}`)] : [];
  });
  const rules = [...[...defaults, ...exclude].map((line) => ruleOf(line, line)), ...lines];
  return (path, kind) => {
    const last = rules.findLast(
      (rule) => (kind === "folder" || !rule.foldersOnly) && rule.matches(path),
    );
    return last?.ignores === true ? last.says : undefined;
  };
}

/** The same of a file and all folders above it: an ignored folder is not entered. */
export function ignoredAbove(ignores: Ignores, path: string, kind: EntryKind): string | undefined {
  const segments = path.split("/");
  const folders = segments.slice(1).map((_, at) => segments.slice(0, at + 1).join("/"));
  const above = folders.map((folder) => ignores(folder, "folder"));
  return above.find((says) => says !== undefined) ?? ignores(path, kind);
}

function ruleOf(line: string, says: string): Rule {
  const text = line.replace(/[ \t]+$/, "");
  const ignores = !text.startsWith("!");
  const pattern = ignores ? text : text.slice(1);
  const foldersOnly = pattern.endsWith("/");
  const body = foldersOnly ? pattern.slice(0, -1) : pattern;
  return { says, ignores, foldersOnly, matches: matcherOf(body) };
}

function matcherOf(body: string): Rule["matches"] {
  const isAnchored = body.includes("/") && !body.startsWith("**/");
  const pattern = isAnchored ? body.replace(/^\//, "") : body;
  if (pattern.includes("**")) return starredMatcher(pattern);
  const glob = compileGlob(pattern);
  if (glob === undefined) return () => false;
  return isAnchored ? glob : (path) => suffixesOf(path).some(glob);
}

/** `**` once: before it a folder, behind it what a suffix of the rest has to be. A pattern with two of them matches nothing. */
function starredMatcher(pattern: string): Rule["matches"] {
  const [before = "", behind = "", ...more] = pattern.split("**");
  if (more.length > 0) return () => false;
  const folder = before.replace(/\/$/, "");
  const rest = behind.replace(/^\//, "");
  const glob = compileGlob(rest);
  return (path) => {
    const isBelow = before === "" || path === folder || path.startsWith(`${folder}/`);
    if (!isBelow) return false;
    if (rest === "" || (before !== "" && rest === "/")) return true;
    if (glob === undefined) return false;
    const inside = before !== "" && path !== folder ? path.slice(folder.length + 1) : path;
    return suffixesOf(inside).some(glob);
  };
}

/** `a/b/c`, `b/c` and `c` of `a/b/c`. */
function suffixesOf(path: string): readonly string[] {
  const segments = path.split("/");
  return segments.map((_, at) => segments.slice(at).join("/"));
}
