import type { SourceImport } from "./source-import.ts";
import { behindComments, tokensOf } from "./tokens.ts";
import type { Token } from "./tokens.ts";

/** What a Rust file takes from elsewhere by the first name of each path, and what it declares itself. */
export type RustSource = {
  readonly imports: readonly SourceImport[];
  readonly modules: readonly string[];
};

const grammar = {
  behindSpace: (text: string, at: number) => behindComments(text, at, true),
  // Raw strings, strings, characters; one without an end goes on to that of the file. A quote that begins none of them is
  // that of a lifetime.
  string:
    /[bc]?r(?<hashes>#*)"[^]*?(?:"\k<hashes>|$)|[bc]?"[^"\\]*(?:\\[^][^"\\]*)*(?:"|\\?$)|b?'(?:[^'\\\n]|\\[^\n][^'\n]{0,16})'/y,
  word: /(?:r#)?[\p{XID_Start}_][\p{XID_Continue}]*/uy,
  sign: /::|[^]/uy,
};

const declaring = ["mod", "struct", "enum", "union", "trait", "type", "fn", "const", "static"];

/**
 * A path begins with a crate unless its first name is known otherwise: by a keyword, a declaration or another `use` of
 * the file, or an upper-case letter, which crates do not have (Rust reference, Paths).
 */
export function rustImports(text: string): RustSource {
  const tokens = [...tokensOf(text, grammar)];
  const uses = usesIn(tokens);
  const declared = tokens.flatMap((token, at) =>
    declaring.includes(token.text) && tokens[at + 1]?.kind === "word" ? [tokens[at + 1]] : [],
  );
  const modules = tokens.flatMap((token, at) =>
    token.text === "mod" ? [tokens[at + 1]?.text ?? ""] : [],
  );
  const own = new Set([...declared.map((token) => token?.text), ...uses.bound]);
  const roots = [...uses.roots, ...pathRoots(tokens, uses.inside)].filter(
    ({ text: name }) => /^(?:r#)?[a-z_]/.test(name) && !own.has(name),
  );
  const imports = roots.map(({ text: name, line, column }) => {
    const specifier = name.replace(/^r#/, "");
    return { line, column, specifier, names: [], kind: "runtime" } as const;
  });
  return {
    imports: imports.toSorted((a, b) => a.line - b.line || a.column - b.column),
    modules,
  };
}

type Tree = {
  readonly roots: readonly Token[];
  /** The names that the file has from it. */
  readonly bound: readonly string[];
};

type Uses = Tree & {
  /** All tokens of the statements. */
  readonly inside: ReadonlySet<Token>;
};

/** `use a::b;`, `use {a::b, c::{d, e as f}};`, `use ::a;`, `extern crate a as b;`. Nested groups need no recursion. */
function usesIn(tokens: readonly Token[]): Uses {
  const trees: Tree[] = [];
  const inside = new Set<Token>();
  for (let at = 0; at < tokens.length; at += 1) {
    const isCrate = tokens[at]?.text === "extern" && tokens[at + 1]?.text === "crate";
    // `use<'a>` is a bound and no statement.
    if (!isCrate && (tokens[at]?.text !== "use" || tokens[at + 1]?.text === "<")) continue;
    const begun = at + (isCrate ? 2 : 1);
    let end = begun;
    while (end < tokens.length && tokens[end]?.text !== ";") end += 1;
    for (const token of tokens.slice(at, end)) inside.add(token);
    trees.push(treeOf(tokens.slice(begun, end)));
    at = end;
  }
  return {
    roots: trees.flatMap(({ roots }) => roots),
    bound: trees.flatMap(({ bound }) => bound),
    inside,
  };
}

function treeOf(statement: readonly Token[]): Tree {
  const roots: Token[] = [];
  const bound: string[] = [];
  // For each open group, whether the path of what is in it has begun outside.
  const begun = [false];
  let last: Token | undefined;
  let length = 0;
  const end = () => {
    // One name alone binds itself and stays the name of a crate.
    if (last !== undefined && length > 1) bound.push(last.text);
    last = undefined;
    length = 0;
  };
  for (const token of statement) {
    if (token.text === "{") begun.push(begun.at(-1) === true || last !== undefined);
    if (token.text === "}") begun.pop();
    if (["{", "}", ","].includes(token.text)) end();
    if (token.kind !== "word" || token.text === "as") continue;
    if (last === undefined && begun.at(-1) !== true) roots.push(token);
    last = token;
    length += begun.at(-1) === true ? 2 : 1;
  }
  end();
  return { roots, bound };
}

/** `serde_json::to_string(…)` and `#[tokio::main]`: paths that no `use` has to come before. */
function pathRoots(tokens: readonly Token[], inUse: ReadonlySet<Token>): readonly Token[] {
  return tokens.filter((token, at) => {
    if (token.kind !== "word" || inUse.has(token) || tokens[at + 1]?.text !== "::") return false;
    return !["::", ".", "$"].includes(tokens[at - 1]?.text ?? "");
  });
}
