import { fail, ok } from "@slipway/signature/basics";
import type { Place, Result } from "@slipway/signature";
import { LineCounter, isMap, isScalar, parseDocument, visit } from "yaml";
import type { Document, YAMLMap } from "yaml";
import { z } from "zod";
import type { ZodType, core, output } from "zod";
import { issueWords, kindWords } from "./issue-words.ts";
import { describeUnknownKey } from "./known-keys.ts";

/** One thing wrong in a definition file. `line` and `column` count from 1. */
export type Problem = {
  readonly message: string;
  readonly at: Place;
  readonly line: number;
  readonly column: number;
};

export type DefinitionFailure = {
  readonly reason: "definition-invalid";
  readonly file: string;
  readonly problems: readonly Problem[];
};

/** Of a node of the library: start, end of the value, end with what trails it. */
const NodeRange = z.tuple([z.number(), z.number()]).rest(z.number());

type Range = readonly [start: number, end: number];

/** All problems of the file at once: of its syntax, or else of its content. `file` is only for naming it. */
export function parseYaml<Schema extends ZodType>(
  file: string,
  text: string,
  schema: Schema,
): Result<output<Schema>, DefinitionFailure> {
  const lines = new LineCounter();
  const problem = (message: string, range: Range): Problem => placed(file, lines, message, range);
  if (text.length > mostCharacters) {
    lines.addNewLine(0);
    const message = `has ${text.length} characters: ${mostCharacters} are the most that are read`;
    return fail({ reason: "definition-invalid", file, problems: [problem(message, [0, 1])] });
  }
  // The library compares each key with all before it, which takes minutes for a file made to.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false });
  const broken = [
    ...document.errors.map((error) => problem(firstLine(error.message), error.pos)),
    ...repeatedKeys(document).map((range) => problem("Map keys must be unique", range)),
  ];
  if (broken.length > 0) return fail({ reason: "definition-invalid", file, problems: broken });
  const plain = valueOf(document);
  if (!plain.ok) {
    return fail({
      reason: "definition-invalid",
      file,
      problems: [problem(plain.failure, nearestRange(document, []))],
    });
  }
  const parsed = schema.safeParse(plain.value, { error: issueWords });
  if (parsed.success) return ok(parsed.data);
  // A key that nobody knows is often why another one is missing: it comes first.
  const issues = parsed.error.issues.toSorted(
    (a, b) => Number(isUnknownKey(b)) - Number(isUnknownKey(a)),
  );
  const problems = issues.flatMap((issue) =>
    placesOf(document, schema, issue).map(({ path, message, range }) =>
      problem(`${path.length === 0 ? "" : `${path.join(".")}: `}${message}`, range),
    ),
  );
  return fail({ reason: "definition-invalid", file, problems });
}

/** A hundred times what people write. */
const mostCharacters = 256 * 1024;

/** Of each key that stands a second time, where. */
function repeatedKeys(document: Document.Parsed): readonly Range[] {
  const repeated: Range[] = [];
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const value = isScalar(key) ? key.value : key;
        const range = rangeOf(key);
        if (seen.has(value) && range !== undefined) repeated.push(range);
        seen.add(value);
      }
    },
  });
  return repeated.toSorted(([a], [b]) => a - b);
}

/** One thing wrong with what a path leads to in a file that has been read before; shown at the nearest thing above it. */
export function problemAt(
  { file, text }: { readonly file: string; readonly text: string },
  path: readonly PropertyKey[],
  message: string,
): Problem {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  return placed(file, lines, message, nearestRange(document, path));
}

/** Aliases of aliases can stand for more than any memory holds: the library refuses those by an exception. */
function valueOf(document: Document): Result<unknown, string> {
  try {
    return ok(document.toJS({ maxAliasCount: 100 }));
  } catch (error) {
    return fail(error instanceof Error ? firstLine(error.message) : String(error));
  }
}

function placed(file: string, lines: LineCounter, message: string, [start, end]: Range): Problem {
  const { line, col } = lines.linePos(start);
  const at = { file, offset: start, length: Math.max(1, end - start) };
  return { message, at, line, column: col };
}

function isUnknownKey(issue: core.$ZodIssue): boolean {
  return issue.code === "unrecognized_keys";
}

type IssuePlace = {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly range: Range;
};

/** An unknown key is shown where it stands; a missing one at what should hold it. */
function placesOf(
  document: Document,
  schema: ZodType,
  { path, ...issue }: core.$ZodIssue,
): readonly IssuePlace[] {
  if (issue.code === "unrecognized_keys") {
    const rangeOfKey = keyRanges(document, path);
    return issue.keys.map((key) => ({
      path,
      message: describeUnknownKey(schema, path, key),
      range: rangeOfKey(key),
    }));
  }
  const isMissing = issue.code === "invalid_type" && path.length > 0 && !document.hasIn(path);
  const message = isMissing ? `is missing: it must be ${kindWords(issue.expected)}` : issue.message;
  return [{ path, message, range: nearestRange(document, path) }];
}

function nearestRange(document: Document, path: readonly PropertyKey[]): Range {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node: unknown =
      depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    const range = rangeOf(node);
    if (range !== undefined) return range;
  }
  return [0, 1];
}

/** Where each key of what a path leads to stands. */
function keyRanges(document: Document, path: readonly PropertyKey[]): (key: string) => Range {
  const holder: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  const ranges = new Map(isMap(holder) ? rangesIn(holder) : []);
  const nearest = nearestRange(document, path);
  return (key) => ranges.get(key) ?? nearest;
}

function rangesIn(map: YAMLMap): readonly (readonly [key: string, range: Range])[] {
  return map.items.flatMap(({ key }) => {
    const range = rangeOf(key);
    return isScalar(key) && range !== undefined ? [[String(key.value), range] as const] : [];
  });
}

function rangeOf(node: unknown): Range | undefined {
  if (typeof node !== "object" || node === null || !("range" in node)) return undefined;
  const range = NodeRange.safeParse(node.range);
  return range.success ? [range.data[0], range.data[1]] : undefined;
}

function firstLine(text: string): string {
  return text.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? text;
}
