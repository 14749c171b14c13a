import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { initKeys, readSigningKey, readTrust, signingKeyFile } from "@slipway/attestation";
import type { SigningKey, Trust } from "@slipway/attestation";
import { digestOf } from "@slipway/signature";
import { pack } from "tar-stream";
import { formatSums } from "../src/release/sums.ts";

/** A machine with a signing key, and the trust of a workspace that trusts it. */
export type ReleaseRig = AsyncDisposable & {
  readonly root: string;
  readonly key: SigningKey;
  readonly trust: Trust;
};

export async function openReleaseRig(): Promise<ReleaseRig> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), "slipway-release-")));
  const variables = { XDG_CONFIG_HOME: path.join(root, "config") };
  await initKeys(path.join(root, "trusting"), variables);
  const key = await readSigningKey(signingKeyFile(variables));
  const trust = await readTrust(path.join(root, "trusting"));
  if (!key.ok || !trust.ok) throw new Error("no key");
  return {
    root,
    key: key.value,
    trust: trust.value,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** An entry of an archive as somebody else might write it. */
export type Written = {
  readonly name: string;
  readonly content?: string;
  readonly mode?: number;
  readonly type?: "file" | "directory" | "symlink" | "link";
  readonly linkname?: string;
};

export async function archiveOf(entries: readonly Written[]): Promise<Buffer> {
  const writing = pack();
  for (const { content = "", ...header } of entries) writing.entry(header, content);
  writing.finalize();
  return gzipSync(await buffer(writing));
}

/** Writes files with the sums of those among them that are listed; all, unless told. */
export async function writeUnsigned(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
  listed: readonly string[] = Object.keys(files),
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files))
    await writeFile(path.join(folder, name), bytes);
  const sums = new Map(listed.map((name) => [name, digestOf(files[name] ?? name)]));
  await writeFile(path.join(folder, "SHA256SUMS"), formatSums(sums));
}
