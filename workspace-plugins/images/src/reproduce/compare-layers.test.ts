import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { ok } from "@slipway/signature";
import { pack as openPack } from "tar-stream";
import type { Header } from "tar-stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compareConfigs } from "./compare-configs.ts";
import { compareLayers } from "./compare-layers.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-compare-"));
});
afterEach(async () => rm(folder, { recursive: true }));

type Member = Partial<Header> & { readonly name: string; readonly text?: string };

async function layer(name: string, members: readonly Member[]): Promise<string> {
  const pack = openPack();
  for (const { text, ...header } of members) pack.entry(header, text ?? "");
  pack.finalize();
  const file = path.join(folder, name);
  await writeFile(file, await buffer(Readable.from(pack)));
  return file;
}

async function compare(first: readonly Member[], second: readonly Member[]) {
  return compareLayers(await layer("first", first), await layer("second", second));
}

const tool: Member = { name: "tool", mode: 0o755, text: "run\n" };
const capability = "SCHILY.xattr.security.capability";

describe("compareLayers", () => {
  it.each<{ readonly differs: string; readonly other: Member }>([
    { differs: "content", other: { ...tool, text: "ran\n" } },
    { differs: "content", other: { ...tool, text: "run twice\n" } },
    { differs: "mode", other: { ...tool, mode: 0o4755 } },
    { differs: "owner", other: { ...tool, uid: 7 } },
    { differs: "owner", other: { ...tool, gid: 7 } },
    { differs: "attributes", other: { ...tool, pax: { [capability]: "x" } } },
  ])("says of a file that its $differs is another", async ({ differs, other }) => {
    expect(await compare([tool], [other])).toEqual(ok([{ path: "tool", differs: [differs] }]));
  });

  it("names links, devices and types that are others, and what is in one alone", async () => {
    const first: readonly Member[] = [
      { name: "link", type: "symlink", linkname: "a" },
      { name: "null", type: "character-device", devmajor: 1, devminor: 3 },
      { name: "some", type: "directory" },
      { name: "gone", text: "x" },
    ];
    const second: readonly Member[] = [
      { name: "link", type: "symlink", linkname: "b" },
      { name: "null", type: "character-device", devmajor: 1, devminor: 5 },
      { name: "some", type: "fifo", mode: 0o755 },
      { name: "\u00fcber", text: "x" },
    ];
    expect(await compare(first, second)).toEqual(
      ok([
        { path: "gone", differs: ["only in the first"] },
        { path: "link", differs: ["link"] },
        { path: "null", differs: ["device"] },
        { path: "some", differs: ["type"] },
        { path: "\u00fcber", differs: ["only in the second"] },
      ]),
    );
  });

  it("finds one byte in a file that is larger than what is read at once", async () => {
    const text = "x".repeat(2_000_000);
    expect(await compare([{ name: "a", text }], [{ name: "a", text }])).toEqual(ok([]));
    const other = { name: "a", text: `${text.slice(0, -1)}y` };
    expect(await compare([{ name: "a", text }], [other])).toEqual(
      ok([{ path: "a", differs: ["content"] }]),
    );
  });

  it("says nothing of times and order", async () => {
    const others: readonly Member[] = [{ name: "b" }, { ...tool, mtime: new Date(0) }];
    expect(await compare([tool, { name: "b" }], others)).toEqual(ok([]));
  });
});

describe("compareConfigs", () => {
  it("names the keys whose values differ, and leaves the layers to those who look into them", () => {
    const config = { os: "linux", config: { Env: ["A=1"], User: "me" }, rootfs: { diff_ids: [1] } };
    const other = { os: "linux", config: { Env: ["A=2"], Cmd: ["x"] }, rootfs: { diff_ids: [2] } };
    expect(compareConfigs(config, other)).toEqual(["config.Cmd", "config.Env", "config.User"]);
    expect(compareConfigs(config, { ...config, config: { User: "me", Env: ["A=1"] } })).toEqual([]);
  });
});
