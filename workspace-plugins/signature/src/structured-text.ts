import path from "node:path";
import type * as Yaml from "yaml";
import { isWrittenNumber, writtenNumber } from "./canonical-json.ts";

/**
 * The value that a text stands for, by the ending of its file's name: YAML, TOML, else JSON. `undefined` for a text that
 * is none or whose value JSON cannot say, and where two readers may take it for different ones: a key twice, a tag, a
 * key that is no text. Numbers that JSON would write as it does others are as they are written. Parsers are loaded for
 * the first text that needs them.
 */
export async function parseStructured(file: string, text: string): Promise<unknown> {
  const ending = path.posix.extname(file).toLowerCase();
  if (ending === ".yml" || ending === ".yaml" || isImagesLock(file)) return parseYaml(text);
  return ending === ".toml" ? parseToml(text) : parseJson(text);
}

/** Other locks are JSON. */
function isImagesLock(file: string): boolean {
  return path.posix.basename(file) === "slipway.images.lock";
}

async function parseYaml(text: string): Promise<unknown> {
  const yaml = await import("yaml");
  const document = yaml.parseDocument(text, { uniqueKeys: true });
  // A warning is of a tag that nobody knows, so that it would be left out.
  if (document.errors.length > 0 || document.warnings.length > 0) return undefined;
  if (!keepNumbers(document, yaml)) return undefined;
  try {
    return inJson(document.toJS());
  } catch (error) {
    // Aliases that grow without end, or lead nowhere.
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

/** Puts numbers as they are written in the place of those that are not exact. False where something is no JSON. */
function keepNumbers(document: Yaml.Document, yaml: typeof Yaml): boolean {
  let isKept = true;
  yaml.visit(document, {
    Pair: (_, { key }) => {
      isKept &&= yaml.isScalar(key) && typeof key.value === "string";
    },
    Scalar: (_, scalar) => {
      if (typeof scalar.value !== "number") return;
      const { value, source = "", format } = scalar;
      // Other notations of the same integer.
      if ((format === "HEX" || format === "OCT") && Number.isSafeInteger(value)) return;
      scalar.value = exactNumber(value, source);
      isKept &&= scalar.value !== undefined;
    },
  });
  return isKept;
}

async function parseToml(text: string): Promise<unknown> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    return inJson(keepTypes(parse(text, { integersAsBigInt: true })));
  } catch (error) {
    if (error instanceof TomlError) return undefined;
    throw error;
  }
}

/** Integers and floats are two types in TOML: 1 is not 1.0. */
function keepTypes(value: unknown): unknown {
  if (typeof value === "bigint") return writtenNumber(String(value));
  if (typeof value === "number") {
    const text = Object.is(value, -0) ? "-0" : String(value);
    return /^-?\d+$/.test(text) ? writtenNumber(`${text}.0`) : value;
  }
  if (Array.isArray(value)) return value.map(keepTypes);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, keepTypes(item)]));
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text, (...[, item, context]: readonly unknown[]) =>
      typeof item === "number" ? exactNumber(item, sourceOf(context)) : item,
    );
    return isJson(value, 0) && keysOf(value) === keysIn(text) ? value : undefined;
  } catch (error) {
    // One that is nested too deeply for the parser.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** ECMAScript 2026, JSON.parse source text access: what a number was read from. */
function sourceOf(context: unknown): string {
  const isGiven = typeof context === "object" && context !== null && "source" in context;
  return isGiven ? String(context.source) : "";
}

/** `undefined` for one that JSON cannot say, as `.5` and `+1` of YAML. */
function exactNumber(value: number, source: string): unknown {
  if (String(value) === source && Number.isFinite(value)) return value;
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(source)
    ? writtenNumber(source)
    : undefined;
}

/** How many keys a value has; of those that a text has twice one is gone. */
function keysOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + keysOf(item), 0);
  if (!isPlain(value)) return 0;
  return Object.values(value).reduce((sum: number, item) => sum + 1 + keysOf(item), 0);
}

/** The strings of a JSON text that a colon follows. */
function keysIn(text: string): number {
  const strings = text.matchAll(/"(?:[^"\\]+|\\.)*"(\s*:)?/gs);
  return [...strings].filter(([, colon]) => colon !== undefined).length;
}

/** `undefined` where something in it is no JSON: a date, a set, an infinite number, itself. */
function inJson(value: unknown): unknown {
  return isJson(value, 0) ? value : undefined;
}

/** Deeper than anybody writes; one that is a part of itself has no end. */
const deepest = 500;

function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (isWrittenNumber(value)) return true;
  if (depth === deepest) return false;
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1));
  return isPlain(value) && Object.values(value).every((item) => isJson(item, depth + 1));
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || isWrittenNumber(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
