import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { parseTree } from "jsonc-parser";
import type { Node } from "jsonc-parser";
import type { ZodType, core, output } from "zod";
import type { FileProblem, PackagesFailure } from "./failure.ts";
import { problemAt, syntaxProblem } from "./json-file.ts";

/** What Go reads a JSON value into. The keys of a struct are known, those of a map are not. */
export type Shape =
  | { readonly kind: "value" | "map" }
  | { readonly kind: "list"; readonly of: Shape }
  | { readonly kind: "struct"; readonly fields: Readonly<Record<string, Field>> };

/** How a field is written when it is not set: not at all, only where it stands, or as this value. */
export type Field = {
  readonly shape: Shape;
  readonly unset: "omitted" | "as-it-stands" | { readonly value: unknown };
};

export type JsonObject = Readonly<Record<string, unknown>>;

/** A value that a schema takes, and the object it was read from: known keys in Go's spelling, unknown ones as they are. */
export type ReadStruct<Value> = { readonly value: Value; readonly source: JsonObject };

/** A tree of it takes a hundred times as much memory. */
const mostCharacters = 1024 * 1024;
const mostProblems = 50;
const start = { offset: 0, length: 1 };

/**
 * JSON as Go's decoder reads it: a key counts in any case, of two equal ones the last does and objects are joined, and
 * `null` sets nothing. With the place of every problem.
 */
export function parseStructJson<Schema extends ZodType>(
  file: string,
  text: string,
  { shape, schema }: { readonly shape: Shape; readonly schema: Schema },
): Result<ReadStruct<output<Schema>>, PackagesFailure> {
  const refuse = (problems: readonly FileProblem[]) =>
    fail({ reason: "package-file-invalid", file, problems } as const);
  if (text.length > mostCharacters) return refuse([problemAt(file, text, "too long", start)]);
  const syntax = syntaxProblem(file, text);
  if (syntax !== undefined) return refuse([syntax]);
  const read = readTree(text, shape);
  if (read === undefined) return refuse([problemAt(file, text, "nested too deep", start)]);
  const parsed = schema.safeParse(read.value);
  if (parsed.success) {
    return ok({ value: parsed.data, source: isObject(read.value) ? read.value : {} });
  }
  const places = new Map<string, Node>();
  readTree(text, shape, places);
  return refuse(
    parsed.error.issues
      .slice(0, mostProblems)
      .map((issue) =>
        problemAt(file, text, messageOf(issue), nearest(places, issue.path) ?? start),
      ),
  );
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `undefined` where it is nested deeper than the stack goes. `places` takes most of the time, and is for problems. */
function readTree(
  text: string,
  shape: Shape,
  places?: Map<string, Node>,
): { readonly value: unknown } | undefined {
  try {
    const root = parseTree(text);
    if (root === undefined) throw new Error("internal: JSON without a value");
    return { value: valueOf(root, shape, places, [], undefined) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

type Path = readonly PropertyKey[];

function valueOf(
  node: Node,
  shape: Shape,
  places: Map<string, Node> | undefined,
  path: Path,
  before: unknown,
): unknown {
  places?.set(placeKey(path), node);
  const children = node.children ?? [];
  if (node.type === "array") {
    const of: Shape = shape.kind === "list" ? shape.of : { kind: "value" };
    return children.map((child, at) => valueOf(child, of, places, [...path, at], undefined));
  }
  if (node.type !== "object") return node.value;
  const isJoined = shape.kind === "struct" || shape.kind === "map";
  const members = new Map(isJoined && isObject(before) ? Object.entries(before) : []);
  for (const { children: [key, value] = [] } of children) {
    if (key === undefined || value === undefined) continue;
    const [name, field] = memberOf(shape, String(key.value));
    if (value.type === "null" && field !== undefined) {
      if (isCleared(field)) members.delete(name);
      continue;
    }
    const known = field?.shape ?? { kind: "value" };
    members.set(name, valueOf(value, known, places, [...path, name], members.get(name)));
  }
  return Object.fromEntries(members);
}

/** What `null` does to a list, a map or a pointer of Go; a text or a struct keeps what it has. */
function isCleared({ shape, unset }: Field): boolean {
  return shape.kind === "list" || shape.kind === "map" || unset === "as-it-stands";
}

/** The name that the key stands for, and the field there; `undefined` where none of ours is. */
function memberOf(shape: Shape, key: string): readonly [string, Field | undefined] {
  if (shape.kind !== "struct") return [key, undefined];
  const exact = Object.hasOwn(shape.fields, key) ? key : undefined;
  const folded = key.toLowerCase();
  const name = exact ?? Object.keys(shape.fields).find((one) => one.toLowerCase() === folded);
  return name === undefined ? [key, undefined] : [name, shape.fields[name]];
}

function placeKey(path: Path): string {
  return JSON.stringify(path.map(String));
}

/** What is missing is shown at what should hold it. */
function nearest(places: ReadonlyMap<string, Node>, path: Path): Node | undefined {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node = places.get(placeKey(path.slice(0, depth)));
    if (node !== undefined) return node;
  }
  return undefined;
}

/** Zod's own words say nothing of where they apply; ours do. */
function messageOf({ path, message }: core.$ZodIssue): string {
  return message.startsWith("Invalid ") && path.length > 0
    ? `${path.join(".")}: ${message}`
    : message;
}
