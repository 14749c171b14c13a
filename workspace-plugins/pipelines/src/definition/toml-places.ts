import { parseTOML } from "toml-eslint-parser";
import type { AST } from "toml-eslint-parser";

/** Where keys, table headers and values of lists stand in a TOML text, by their path of keys. */
export type TomlPlaces = ReadonlyMap<string, Span>;

type Span = { readonly offset: number; readonly length: number };

type Key = string | number;

/** Indices of lists and arrays of tables are numbers. Empty for a text that is no TOML. */
export function placesIn(text: string): TomlPlaces {
  const places = new Map<string, Span>();
  const note = (
    path: readonly Key[],
    { range: [from, to] }: { readonly range: AST.Range },
  ): void => {
    const name = nameOf(path);
    if (!places.has(name)) places.set(name, { offset: from, length: to - from });
  };
  const walk = (
    node: AST.TOMLTopLevelTable | AST.TOMLTable | AST.TOMLContentNode,
    path: readonly Key[],
  ): void => {
    switch (node.type) {
      case "TOMLTopLevelTable":
        for (const one of node.body) {
          if (one.type === "TOMLKeyValue") noteKey(one, path);
          else walk(one, path);
        }
        return;
      case "TOMLTable":
        noteParts(node.key.keys, node.resolvedKey.slice(0, 0));
        note(node.resolvedKey, node.key);
        for (const one of node.body) noteKey(one, node.resolvedKey);
        return;
      case "TOMLInlineTable":
        for (const one of node.body) noteKey(one, path);
        return;
      case "TOMLArray":
        for (const [at, one] of node.elements.entries()) {
          note([...path, at], one);
          walk(one, [...path, at]);
        }
        return;
      case "TOMLValue":
        return;
    }
  };
  const noteParts = (
    parts: readonly (AST.TOMLBare | AST.TOMLQuoted)[],
    path: readonly Key[],
  ): readonly Key[] => {
    let at = path;
    for (const part of parts) {
      at = [...at, part.type === "TOMLBare" ? part.name : part.value];
      note(at, part);
    }
    return at;
  };
  const noteKey = (pair: AST.TOMLKeyValue, path: readonly Key[]): void => {
    walk(pair.value, noteParts(pair.key.keys, path));
  };
  const program = parsed(text);
  if (program !== undefined) walk(program.body[0], []);
  return places;
}

function parsed(text: string): AST.TOMLProgram | undefined {
  try {
    return parseTOML(text, { tomlVersion: "1.1" });
  } catch {
    // Its own parser has told that the text is none.
    return undefined;
  }
}

/** The place of `path`, or of what should hold it; the start of the text where nothing is known. */
export function placeOf(places: TomlPlaces, path: readonly PropertyKey[]): Span {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const found = places.get(nameOf(path.slice(0, depth).map(keyOf)));
    if (found !== undefined) return found;
  }
  return { offset: 0, length: 1 };
}

function keyOf(key: PropertyKey): Key {
  return typeof key === "number" ? key : String(key);
}

function nameOf(path: readonly Key[]): string {
  return JSON.stringify(path.map(String));
}
