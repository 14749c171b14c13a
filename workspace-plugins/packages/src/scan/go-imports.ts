import type { ReadSource, SourceImport } from "./source-import.ts";
import { behindComments, tokensOf } from "./tokens.ts";
import type { Token } from "./tokens.ts";

const grammar = {
  behindSpace: (text: string, at: number) => behindComments(text, at, false),
  string: /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y,
  word: /[\p{L}_][\p{L}\p{Nd}_]*/uy,
  sign: /./suy,
};

/**
 * Of a Go file. After `package name` come all imports and then everything else (Go specification, Source file
 * organization), so that only the head of a file is read, in which names, strings and four signs are all there is.
 */
export function goImports(text: string): ReadSource {
  const tokens = tokensOf(text, grammar);
  const clause = [tokens.next().value, tokens.next().value];
  if (clause[0]?.text !== "package" || clause[1]?.kind !== "word") {
    return problem("a package clause", clause[0]);
  }
  const imports: SourceImport[] = [];
  let state: "between" | "import" | "group" = "between";
  for (const token of tokens) {
    if (token.text === ";") continue;
    if (state === "between") {
      if (token.text !== "import") return imports;
      state = "import";
    } else if (token.kind === "string") {
      imports.push(importOf(token));
      if (state === "import") state = "between";
    } else if (state === "import" && token.text === "(") state = "group";
    else if (state === "group" && token.text === ")") state = "between";
    else if (token.kind !== "word" && token.text !== ".") return problem("an import", token);
  }
  return state === "between" ? imports : problem("the path of an import", undefined);
}

function importOf({ text, line, column }: Token): SourceImport {
  return { line, column, specifier: text.slice(1, -1), names: [], kind: "runtime" };
}

function problem(wanted: string, found: Token | undefined): ReadSource {
  const { line, column } = found ?? { line: 1, column: 1 };
  const message = `${wanted} is missing${found === undefined ? "" : ` before ${found.text}`}`;
  return { problem: "syntax", message, line, column };
}
