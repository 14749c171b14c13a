import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { digestOf, hexOf } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { openFileWindow } from "../src/layers/file-window.ts";
import { readLayer } from "../src/layers/read-layer.ts";
import { chainIdsOf } from "../src/stored/chain-id.ts";
import { json, valueOf } from "./rig.ts";

export type Store = {
  readonly id: Digest;
  /** Of each layer: its files, and where the record of how it was packed is. */
  readonly places: readonly { readonly files: string; readonly record: string }[];
  readonly configFile: string;
};

/** Keeps an image as Docker does with overlay2; GNU tar unpacks its layers. */
export async function writeStore(root: string, layers: readonly Buffer[]): Promise<Store> {
  const images = path.join(root, "image/overlay2");
  const diffIds = layers.map((layer) => digestOf(layer));
  const config = json({
    architecture: "amd64",
    os: "linux",
    rootfs: { type: "layers", diff_ids: diffIds },
  });
  const id = digestOf(config);
  const configFile = path.join(images, "imagedb/content/sha256", hexOf(id));
  await mkdir(path.dirname(configFile), { recursive: true });
  await writeFile(configFile, config);
  const chainIds = chainIdsOf(diffIds);
  const places = await Promise.all(
    layers.map(async (layer, at) => {
      const record = path.join(images, "layerdb/sha256", hexOf(chainIds[at] ?? id));
      const files = path.join(root, "overlay2", `layer${at}`, "diff");
      await mkdir(record, { recursive: true });
      await mkdir(files, { recursive: true });
      execFileSync("tar", ["--extract", "--directory", files], { input: layer });
      await writeFile(path.join(record, "cache-id"), `layer${at}`);
      const file = path.join(root, `layer${at}.tar`);
      await writeFile(file, layer);
      await writeRecord(record, await tarSplitOf(file));
      return { files, record };
    }),
  );
  return { id, places, configFile };
}

export async function writeRecord(record: string, lines: readonly unknown[]): Promise<void> {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  await writeFile(path.join(record, "tar-split.json.gz"), gzipSync(text));
}

/** As vbatts/tar-split writes it, but for positions and the checksums of contents. */
export async function tarSplitOf(file: string): Promise<readonly unknown[]> {
  await using window = await openFileWindow(file);
  const bytes = await readFile(file);
  const lines: unknown[] = [];
  let end = 0;
  const addBytes = (to: number): void => {
    lines.push({ type: 2, payload: bytes.subarray(end, to).toString("base64") });
  };
  for (const { name, contentAt, sizeBytes } of valueOf(await readLayer(window))) {
    addBytes(contentAt);
    const raw = Buffer.from(name, "latin1");
    const text = raw.toString("utf8");
    const named = Buffer.from(text).equals(raw)
      ? { name: text }
      : { name_raw: raw.toString("base64") };
    const size = sizeBytes === 0 ? {} : { size: sizeBytes };
    lines.push({ type: 1, ...named, ...size, payload: null });
    end = contentAt + sizeBytes;
  }
  addBytes(bytes.length);
  return lines;
}
