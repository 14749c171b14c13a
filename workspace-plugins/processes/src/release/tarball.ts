import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { fail, ok, parseJson } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import tar from "tar-stream";
import type { Header } from "tar-stream";
import { z } from "zod";

const unzip = promisify(gunzip);
const zip = promisify(gzip);

const mostUnpackedBytes = 512 * 1024 * 1024;

const PackageJson = z.looseObject({
  name: z.string().min(1),
  version: z.string().min(1),
  private: z.boolean().default(false),
  publishConfig: z.record(z.string(), z.unknown()).default({}),
});
export type PackageJson = z.output<typeof PackageJson>;

export function parsePackageJson(text: string): PackageJson | undefined {
  return PackageJson.safeParse(parseJson(text)).data;
}

type Entry = { readonly header: Header; readonly bytes: Buffer };

/** A package as npm packs and fetches it; every name in it lies under one folder, which is not told. */
export type Tarball = {
  /** `sha512-…` of its bytes, as npm and registries write it. */
  readonly integrity: string;
  readonly packageJson: PackageJson;
  /** The text of one of its files; `undefined` where there is none. */
  readonly textOf: (file: string) => string | undefined;
  /** The same content under another version. Equal content, equal bytes. */
  readonly withVersion: (version: string) => Promise<Uint8Array>;
};

/** The failure is what is wrong with it. */
export async function readTarball(file: string): Promise<Result<Tarball, string>> {
  const bytes = await readFile(file);
  const entries = await entriesOf(bytes).catch((error: unknown) => String(error));
  if (typeof entries === "string") return fail(entries);
  const textOf = (name: string): string | undefined =>
    entries.find(({ header }) => nameIn(header) === name)?.bytes.toString("utf8");
  const packageJson = parsePackageJson(textOf("package.json") ?? "");
  if (packageJson === undefined) return fail("its package.json names no package and version");
  return ok({
    integrity: await integrityOf(bytes),
    packageJson,
    textOf,
    withVersion: async (version) => {
      const text = `${JSON.stringify({ ...packageJsonOf(entries), version }, undefined, 2)}\n`;
      return packed(
        entries.map((entry) =>
          nameIn(entry.header) === "package.json" ? { ...entry, bytes: Buffer.from(text) } : entry,
        ),
      );
    },
  });
}

async function integrityOf(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-512", Uint8Array.from(bytes));
  return `sha512-${Buffer.from(digest).toString("base64")}`;
}

/** As it is written, without what parsing adds. */
function packageJsonOf(entries: readonly Entry[]): object {
  const entry = entries.find(({ header }) => nameIn(header) === "package.json");
  return z.looseObject({}).parse(parseJson(entry?.bytes.toString("utf8") ?? ""));
}

function nameIn({ name }: Header): string {
  return name.split("/").slice(1).join("/");
}

async function entriesOf(bytes: Uint8Array): Promise<readonly Entry[]> {
  const extract = tar.extract();
  extract.end(await unzip(bytes, { maxOutputLength: mostUnpackedBytes }));
  const entries: Entry[] = [];
  for await (const entry of extract) {
    if (entry.header.type === "file") {
      entries.push({ header: entry.header, bytes: await buffer(entry) });
    } else entry.resume();
  }
  return entries;
}

async function packed(entries: readonly Entry[]): Promise<Uint8Array> {
  const pack = tar.pack();
  for (const { header, bytes } of entries) {
    const { name, mode } = header;
    pack.entry({ name, mtime: new Date(0), ...(mode === undefined ? {} : { mode }) }, bytes);
  }
  pack.finalize();
  return zip(await buffer(pack), { level: 9 });
}
