import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf } from "@slipway/signature";
import { expect, it } from "vitest";
import { json, valueOf } from "../test/rig.ts";
import { packMembers } from "./archive.ts";
import { readSaved } from "./saved-image.ts";

it("writes nothing of a layer that is not wanted, whatever name the manifest has for it", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-saved-"));
  try {
    const [lower, upper] = [Buffer.alloc(5000, "l"), Buffer.alloc(6000, "u")];
    const rootfs = { type: "layers", diff_ids: [lower, upper, lower].map(digestOf) };
    const config = { architecture: "amd64", os: "linux", rootfs };
    const Layers = ["lower/layer.tar", "upper/layer.tar", "again/layer.tar"];
    const archive = packMembers([
      { name: "again/layer.tar", linkTarget: "../lower/layer.tar" },
      { name: "lower/layer.tar", bytes: lower },
      { name: "config.json", bytes: json(config) },
      { name: "upper/layer.tar", bytes: upper },
      { name: "manifest.json", bytes: json([{ Config: "config.json", Layers }]) },
    ]);
    const saved = valueOf(await readSaved(archive, folder, new Set([lower.byteLength])));
    const own = path.join(folder, "upper", "layer.tar");
    expect(saved).toEqual({ config, layers: [undefined, own, undefined] });
    expect(await readFile(own)).toEqual(upper);
    expect((await readdir(folder)).toSorted()).toEqual(["config.json", "manifest.json", "upper"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
