import { compileGlob } from "./glob.ts";

type Rule = {
  readonly ignores: boolean;
  readonly foldersOnly: boolean;
  readonly matches: (path: string) => boolean;
};

const defaults = [
  ".git/ .svn/ .hg/ node_modules/ venv/ .venv/ env/ __pycache__/ *.pyc .eggs/ *.egg-info/",
  "dist/ build/ target/ *.so *.dylib *.dll *.exe .vscode/ .idea/ *.swp *.swo .DS_Store",
  ".aigogo/ aigogo.json",
].flatMap((line) => line.split(" "));

export type Ignores = (path: string, kind: "file" | "folder") => boolean;

/** The defaults, then the manifest's `exclude`, then the lines of `.aigogoignore`; the last that matches decides. */
export function ignoreRules(exclude: readonly string[], ignoreFile: string): Ignores {
  const rules = [...defaults, ...exclude, ...ignoreFile.split(/\r?\n/)].flatMap(ruleOf);
  return (path, kind) =>
    rules.findLast((rule) => (kind === "folder" || !rule.foldersOnly) && rule.matches(path))
      ?.ignores ?? false;
}

function ruleOf(line: string): readonly Rule[] {
  const text = line.replace(/[ \t]+$/, "");
  if (text === "" || text.trimStart().startsWith("#")) return [];
  const ignores = !text.startsWith("!");
  const pattern = ignores ? text : text.slice(1);
  const foldersOnly = pattern.endsWith("/");
  const body = foldersOnly ? pattern.slice(0, -1) : pattern;
  const anchored = body.includes("/") && !body.startsWith("**/");
  const glob = compileGlob(
    anchored ? body.replace(/^\//, "") : `**/${body.replace(/^\*\*\//, "")}`,
  );
  return glob === undefined ? [] : [{ ignores, foldersOnly, matches: (path) => glob.test(path) }];
}
