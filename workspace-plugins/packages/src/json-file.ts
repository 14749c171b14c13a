import { fail, ok, parseJson } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { createScanner, findNodeAtLocation, parseTree } from "jsonc-parser";
import type { Node } from "jsonc-parser";
import type { ZodType, core, output } from "zod";
import type { FileProblem, PackagesFailure } from "./failure.ts";

/** Of a file of many the first tell enough. */
const mostProblems = 50;

/** JSON with the place of every problem. Two equal keys are a problem: readers disagree on which one counts. */
export function parseJsonFile<Schema extends ZodType>(
  file: string,
  text: string,
  schema: Schema,
): Result<output<Schema>, PackagesFailure> {
  const refuse = (problems: readonly FileProblem[]) =>
    fail({ reason: "package-file-invalid", file, problems } as const);
  const syntax = syntaxProblem(file, text);
  if (syntax !== undefined) return refuse([syntax]);
  const repeated = repeatedKey(text);
  if (repeated !== undefined)
    return refuse([problemAt(file, text, "keys must be unique", repeated)]);
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return ok(parsed.data);
  const root = treeOf(text);
  // A key that nobody knows is often why another one is missing: it comes first.
  const issues = parsed.error.issues.toSorted(
    (a, b) => Number(isUnknownKey(b)) - Number(isUnknownKey(a)),
  );
  return refuse(
    issues.slice(0, mostProblems).map((issue) => {
      const where = issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
      return problemAt(file, text, `${where}${issue.message}`, placeOf(root, issue));
    }),
  );
}

/** What a JSON object has under a name; `undefined` for what is no object. */
export function fieldIn(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

export function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

/** What keeps a text from being JSON, with its place. */
export function syntaxProblem(file: string, text: string): FileProblem | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const offset = Math.min(offsetIn(error.message) ?? text.length, Math.max(0, text.length - 1));
    const message = `this is not JSON: ${error.message.replace(/ in JSON.*$/s, "")}`;
    return problemAt(file, text, message, { offset, length: 1 });
  }
}

type Range = { readonly offset: number; readonly length: number };

export function problemAt(
  file: string,
  text: string,
  message: string,
  { offset, length }: Range,
): FileProblem {
  const before = text.slice(0, offset).split("\n");
  // An object that lacks something is shown by its first line.
  const shown = Math.max(1, text.slice(offset, offset + length).split("\n")[0]?.length ?? 1);
  return {
    message,
    at: { file, offset, length: shown },
    line: before.length,
    column: (before.at(-1) ?? "").length + 1,
  };
}

/** V8 names the position, save where the text ends too early. */
function offsetIn(message: string): number | undefined {
  const position = /at position (\d+)/.exec(message)?.[1];
  return position === undefined ? undefined : Number(position);
}

/** Of a text that is JSON the first key that its object has already; by tokens, however deep and long it is. */
function repeatedKey(text: string): Range | undefined {
  const scanner = createScanner(text, true);
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (;;) {
    scanner.scan();
    const offset = scanner.getTokenOffset();
    if (offset >= text.length) return undefined;
    const sign = text.charAt(offset);
    const keys = open.at(-1);
    if (sign === '"' && isKey && keys !== undefined) {
      const key = scanner.getTokenValue();
      if (keys.has(key)) return { offset, length: scanner.getTokenLength() };
      keys.add(key);
    }
    if (sign === "{" || sign === "[") open.push(sign === "{" ? new Set() : undefined);
    else if (sign === "}" || sign === "]") open.pop();
    isKey = sign === "{" || sign === ",";
  }
}

/** `undefined` where it is nested deeper than the stack goes. */
function treeOf(text: string): Node | undefined {
  try {
    return parseTree(text);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function isUnknownKey(issue: core.$ZodIssue): boolean {
  return issue.code === "unrecognized_keys";
}

/** An unknown key is shown where it stands; a missing one at what should hold it. */
function placeOf(root: Node | undefined, issue: core.$ZodIssue): Range {
  const start = { offset: 0, length: 1 };
  if (root === undefined) return start;
  const steps = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  const [unknown] = issue.code === "unrecognized_keys" ? issue.keys : [];
  if (unknown !== undefined) {
    const key = findNodeAtLocation(root, [...steps, unknown])?.parent?.children?.[0];
    if (key !== undefined) return key;
  }
  for (let depth = steps.length; depth >= 0; depth -= 1) {
    const node = findNodeAtLocation(root, steps.slice(0, depth));
    if (node !== undefined) return node;
  }
  return start;
}
