import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { CacheFailure } from "../failure.ts";

/** aigg's cache, `<home>/.aigogo/cache`: what was built here, and what was pulled or pushed. */
export type Cache = { readonly folder: string };

/** A name such as `utils:1.0.0`, or a reference of a registry. It names one folder of the cache, never a path. */
export type CacheReference = string & { readonly __brand: "CacheReference" };

/** The folder of a cache that holds what was pulled; each other one is a build. */
export const imagesName = "images";

export function cacheIn(home: string): Cache {
  return { folder: path.join(home, ".aigogo", "cache") };
}

const segment = String.raw`[A-Za-z0-9_][A-Za-z0-9._-]*`;
const grammar = new RegExp(
  String.raw`^(?:${segment}(?::\d{1,5})?/)?${segment}(?:/${segment})*(?::${segment})?(?:@sha256:[0-9a-f]{64})?$`,
);
const mostBytes = 200;

export function parseCacheReference(text: string): Result<CacheReference, CacheFailure> {
  return isCacheReference(text) ? ok(text) : fail({ reason: "cache-reference-invalid", text });
}

/** Where a build of the reference lies: `/` and `:` become `_`, as aigg has it. Two references can have one place. */
export function buildFolder(cache: Cache, reference: CacheReference): string {
  return path.join(cache.folder, folderName(reference));
}

export function imageFolder(cache: Cache, reference: CacheReference): string {
  return path.join(cache.folder, imagesName, folderName(reference));
}

/** Whether a folder of that name is where the reference belongs: a half-built one beside it is not. */
export function isPlaceOf(name: string, reference: string): boolean {
  return isCacheReference(reference) && folderName(reference) === name;
}

function isCacheReference(text: string): text is CacheReference {
  const name = folderName(text);
  const isPlain = name !== imagesName && !name.includes(".partial-");
  return isPlain && Buffer.byteLength(text) <= mostBytes && grammar.test(text);
}

function folderName(reference: string): string {
  return reference.replaceAll(/[/:]/g, "_");
}
