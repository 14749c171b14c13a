import { parseJson } from "@slipway/signature/basics";
import type { AnySchema } from "ajv";
import type { Check } from "./definition/check.ts";
import { parseJsonPath, valuesAt } from "./definition/json-path.ts";
import { compileSchema } from "./definition/json-schema.ts";
import type { Tag } from "./network/tag.ts";
import type { Evaluation, Reply } from "./network/network.ts";

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** The first thing in which an answer is not what a check expects; `undefined` when one reply meets all of it. */
export function problemWith(check: Check, evaluation: Evaluation): string | undefined {
  if (evaluation.error !== undefined) return evaluation.error;
  const [first, ...others] = evaluation.replies.map((reply) => mismatch(check, reply));
  if (evaluation.replies.length === 0) return "no reply";
  return others.includes(undefined) ? undefined : first;
}

/** What a check asks a process. */
export function questionOf({ action, tags, data }: Check): {
  readonly data: string;
  readonly tags: readonly Tag[];
} {
  const all = Object.entries({ Action: action, ...tags });
  return { data: data ?? "", tags: all.map(([name, value]) => ({ name, value })) };
}

function mismatch({ expect }: Check, reply: Reply): string | undefined {
  for (const [name, value] of Object.entries(expect.tags ?? {})) {
    const found = reply.tags.find((tag) => tag.name === name)?.value;
    if (found !== value) return `tag ${name}: expected ${shown(value)}, found ${shown(found)}`;
  }
  const { data: expected, paths = {}, schema } = expect;
  // A text can be all that the data is.
  const isWhole = expected !== undefined && expected === reply.data;
  const asked = [isWhole ? undefined : expected, schema];
  if (asked.every((each) => each === undefined) && Object.keys(paths).length === 0)
    return undefined;
  const data = parseJson(reply.data);
  if (data === undefined) {
    return typeof expected === "string"
      ? `data: expected ${shown(expected)}, found ${shown(reply.data)}`
      : "data is not JSON";
  }
  return firstOf([
    expected === undefined || isWhole ? undefined : difference(expected, data, "data"),
    ...Object.entries(paths).map(([path, value]) => differenceAt(path, value, data)),
    schema === undefined ? undefined : violation(schema, data),
  ]);
}

function differenceAt(path: string, expected: Json, data: unknown): string | undefined {
  const steps = parseJsonPath(path);
  if (steps === undefined) throw new Error("internal: a path that was not read");
  const found = valuesAt(steps, data);
  if (found.length === 0) return `${path}: expected ${shown(expected)}, found nothing`;
  return firstOf(found.map((value) => difference(expected, value, path)));
}

function violation(schema: AnySchema, data: unknown): string | undefined {
  const check = compileSchema(schema);
  if (typeof check === "string") throw new Error("internal: a schema that was not read");
  const problem = check(data);
  return problem === undefined ? undefined : `schema: ${problem}`;
}

/** Objects may have more than is expected; all else must be equal. */
function difference(expected: Json, found: unknown, at: string): string | undefined {
  if (isRecord(expected)) {
    if (!isRecord(found)) return `${at}: expected an object, found ${shown(found)}`;
    return firstOf(
      Object.entries(expected).map(([name, value]) =>
        difference(value, found[name], `${at}.${name}`),
      ),
    );
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(found) || found.length !== expected.length) {
      return `${at}: expected ${expected.length} items, found ${shown(found)}`;
    }
    return firstOf(expected.map((value: Json, i) => difference(value, found[i], `${at}[${i}]`)));
  }
  return expected === found
    ? undefined
    : `${at}: expected ${shown(expected)}, found ${shown(found)}`;
}

function firstOf(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}

function isRecord(value: unknown): value is Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 120);
}
