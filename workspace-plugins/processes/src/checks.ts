import { parseJson } from "@slipway/signature";
import type { Check } from "./definition.ts";
import type { Evaluation, Reply } from "./network.ts";

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** The first thing in which an answer is not what a check expects; `undefined` when one reply meets all of it. */
export function problemWith(check: Check, evaluation: Evaluation): string | undefined {
  if (evaluation.error !== undefined) return evaluation.error;
  const [first, ...others] = evaluation.replies.map((reply) => mismatch(check, reply));
  if (evaluation.replies.length === 0) return "no reply";
  return others.includes(undefined) ? undefined : first;
}

function mismatch(check: Check, reply: Reply): string | undefined {
  for (const [name, value] of Object.entries(check.expect.tags ?? {})) {
    const found = reply.tags.find((tag) => tag.name === name)?.value;
    if (found !== value) return `tag ${name}: expected ${shown(value)}, found ${shown(found)}`;
  }
  if (check.expect.data === undefined) return undefined;
  const data = parseJson(reply.data);
  return data === undefined ? "data is not JSON" : difference(check.expect.data, data, "data");
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
