import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { digestOf } from "@slipway/signature";
import { pack as openPack } from "tar-stream";
import type { Header } from "tar-stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFileWindow } from "./file-window.ts";
import { normaliseLayer } from "./normalise-layer.ts";
import { attributesOf, readLayer } from "./read-layer.ts";
import type { LayerMember } from "./read-layer.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-layer-"));
});
afterEach(async () => rm(folder, { recursive: true }));

type NewMember = Partial<Header> & { readonly name: string; readonly text?: string };

/** By the library, which is not what we read with. */
async function tarOf(members: readonly NewMember[]): Promise<Buffer> {
  const pack = openPack();
  for (const { text, ...header } of members) pack.entry(header, text ?? "");
  pack.finalize();
  return buffer(Readable.from(pack));
}

async function normalise(bytes: Uint8Array): Promise<Buffer> {
  await writeFile(path.join(folder, "in"), bytes);
  const out = path.join(folder, "out");
  const blob = await normaliseLayer(path.join(folder, "in"), out);
  if (!blob.ok) throw new Error(JSON.stringify(blob.failure));
  const written = await readFile(out);
  expect(blob.value).toEqual({ digest: digestOf(written), sizeBytes: written.length });
  return written;
}

async function membersOf(bytes: Uint8Array): Promise<readonly LayerMember[]> {
  const file = path.join(folder, "read");
  await writeFile(file, bytes);
  await using window = await openFileWindow(file);
  const read = await readLayer(window);
  if (!read.ok) throw new Error(JSON.stringify(read.failure));
  return read.value;
}

/** What GNU tar says is in it: an independent reader. */
function listed(bytes: Uint8Array, ...options: readonly string[]): readonly string[] {
  const list = ["--list", "--quoting-style=literal", ...options];
  const env = { ...process.env, TZ: "UTC" };
  return execFileSync("tar", list, { input: bytes, env, encoding: "utf8" }).trimEnd().split("\n");
}

async function refusal(bytes: Uint8Array): Promise<unknown> {
  await writeFile(path.join(folder, "in"), bytes);
  const made = await normaliseLayer(path.join(folder, "in"), path.join(folder, "out"));
  return made.ok ? "nothing" : made.failure;
}

function built(mtime: Date, uname: string): readonly NewMember[] {
  return [
    { name: "usr/", type: "directory", mtime, uname },
    { name: "usr/tool", mtime, uname, mode: 0o4755, uid: 7, text: "run\n" },
    { name: "usr/same", type: "link", linkname: "usr/tool", mtime, uname },
    { name: "usr/ping", mtime, pax: { "LIBARCHIVE.creationtime": uname, comment: uname } },
    { name: "tmp/slipway/access/", type: "directory", mtime },
  ];
}

describe("normaliseLayer", () => {
  it("gives the same bytes for the same files made at another time by another user", async () => {
    const first = await normalise(await tarOf(built(new Date(1_700_000_000_000), "ann")));
    const second = await normalise(await tarOf(built(new Date(1_800_000_000_500), "bob")));
    expect(second).toEqual(first);
  });

  it("gives the same bytes in whatever order they were found", async () => {
    const members = built(new Date(0), "ann");
    const [folderFirst, tool, link, ...others] = members;
    const other = [...others, folderFirst, tool, link].filter((member) => member !== undefined);
    expect(await normalise(await tarOf(other))).toEqual(await normalise(await tarOf(members)));
  });

  it("keeps modes, numeric owners and links; drops times and what the build mounted", async () => {
    const bytes = await normalise(await tarOf(built(new Date(1_700_000_000_000), "ann")));
    expect(
      listed(bytes, "--verbose", "--numeric-owner").map((line) => line.replace(/ +/g, " ")),
    ).toEqual([
      "drwxr-xr-x 0/0 0 1970-01-01 00:00 usr/",
      "-rw-r--r-- 0/0 0 1970-01-01 00:00 usr/ping",
      "-rwsr-xr-x 7/0 4 1970-01-01 00:00 usr/tool",
      "hrw-r--r-- 0/0 0 1970-01-01 00:00 usr/same link to usr/tool",
    ]);
    expect((await membersOf(bytes)).flatMap(({ records }) => [...records])).toEqual([
      ["path", "usr/ping"],
    ]);
  });

  it("keeps a file that nobody may read as one", async () => {
    const member = { name: "secret", type: "file", mode: 0o100000, text: "s" } as const;
    const [secret] = await membersOf(await normalise(await tarOf([member])));
    expect(secret?.mode).toBe(0);
  });

  it("keeps the bytes of an attribute that is no text: cap_setuid+ep has a byte 0x80", async () => {
    // linux/capability.h: revision 2 and the effective bit, then bit 7 (CAP_SETUID) of what is permitted.
    const capability = Buffer.from("0100000280000000000000000000000000000000", "hex");
    const placeholder = "capability-of-20byte";
    const key = "SCHILY.xattr.security.capability";
    const bytes = await tarOf([{ name: "ping", pax: { [key]: placeholder }, text: "p" }]);
    capability.copy(bytes, bytes.indexOf(placeholder));
    const normalised = await normalise(bytes);
    expect(normalised.includes(Buffer.concat([Buffer.from(`${key}=`), capability]))).toBe(true);
    const [ping] = await membersOf(normalised);
    expect(ping === undefined ? [] : attributesOf(ping)).toEqual([
      ["security.capability", capability.toString("latin1")],
    ]);
  });

  it("has whiteouts and opaque folders before what is there anew", async () => {
    const bytes = await tarOf(
      ["a/+", "a/.wh.+", "a/.wh..wh..opq", "a/", ".wh.b", "+"].map((name) => ({ name })),
    );
    const names = (await membersOf(await normalise(bytes))).map(({ name }) => name);
    expect(names).toEqual([".wh.b", "+", "a", "a/.wh.+", "a/.wh..wh..opq", "a/+"]);
  });

  it("leaves the order of a layer that has a place twice: the last one counts", async () => {
    const bytes = await tarOf([
      { name: "b", text: "first" },
      { name: "a", text: "a" },
      { name: "link", type: "link", linkname: "b" },
      { name: "b", text: "last" },
    ]);
    expect(listed(await normalise(bytes))).toEqual(["b", "a", "link", "b"]);
  });

  it("keeps the numbers of devices, and drops them elsewhere", async () => {
    const bytes = await tarOf([
      { name: "null", type: "character-device", devmajor: 1, devminor: 3 },
      { name: "plain", devmajor: 8, devminor: 1, text: "p" },
    ]);
    const normalised = await normalise(bytes);
    expect((await membersOf(normalised)).map(({ device }) => device)).toEqual(["1:3", ""]);
    const without = await tarOf([{ name: "plain", text: "p" }]);
    expect(normalised.subarray(512)).toEqual(await normalise(without));
  });

  it("gives an empty layer for an empty one, and for one of what the build mounted alone", async () => {
    const empty = Buffer.alloc(1024);
    expect(await normalise(await tarOf([]))).toEqual(empty);
    expect(await normalise(await tarOf([{ name: "tmp/slipway", type: "directory" }]))).toEqual(
      empty,
    );
  });

  it("keeps content of any size, also of one that is larger than what is read at once", async () => {
    const texts = [0, 1, 511, 512, 513, 600_000, 1_500_000].map((size) => "x".repeat(size));
    const bytes = await tarOf(texts.map((text, at) => ({ name: `f${at}`, text })));
    const file = path.join(folder, "whole.tar");
    await writeFile(file, await normalise(bytes));
    const sums = texts.map((text, at) => {
      const found = execFileSync("tar", ["-xOf", file, `f${at}`], { maxBuffer: 2 ** 22 });
      return digestOf(found) === digestOf(text);
    });
    expect(sums).toEqual(texts.map(() => true));
  });

  it.each(["gnu", "posix", "ustar"])(
    "reads and keeps long names in the format %s",
    async (format) => {
      const long = `${"d".repeat(90)}/${"ü".repeat(40)}`;
      execFileSync("mkdir", [path.join(folder, "d".repeat(90))]);
      await writeFile(path.join(folder, long), "long");
      execFileSync("ln", ["-s", format === "ustar" ? "x" : long, path.join(folder, "to")]);
      const pack = ["-c", `--format=${format}`, "-C", folder, "to", long];
      const bytes = await normalise(execFileSync("tar", pack));
      expect(listed(bytes)).toEqual([long, "to"]);
      expect(listed(bytes, "--verbose")[1]).toContain(
        format === "ustar" ? "to -> x" : `to -> ${long}`,
      );
    },
  );

  it("gives one layer for one set of short names in each format", async () => {
    await writeFile(path.join(folder, "file"), "content");
    const layers = ["gnu", "posix", "ustar", "v7"].map((format) =>
      execFileSync("tar", ["-c", `--format=${format}`, "-C", folder, "file"]),
    );
    const digests: string[] = [];
    for (const layer of layers) digests.push(digestOf(await normalise(layer)));
    expect(new Set(digests).size).toBe(1);
  });
});

describe("normaliseLayer, of what is no layer,", () => {
  it.each(["gnu", "posix"])("refuses a sparse file of the format %s", async (format) => {
    const file = path.join(folder, "sparse");
    await writeFile(file, "x");
    await truncate(file, 2 ** 20);
    const bytes = execFileSync("tar", ["-cS", `--format=${format}`, "-C", folder, "sparse"]);
    expect(await refusal(bytes)).toMatchObject({
      reason: "layer-unclear",
      detail: format === "gnu" ? 'a member of type "S"' : "a sparse member: GNU.sparse.major",
    });
  });

  it("says where it is not understood", async () => {
    const whole = await tarOf([{ name: "a", text: "x".repeat(600) }]);
    const reason = "layer-unclear";
    expect(await refusal(whole.subarray(0, 100))).toEqual({
      reason,
      offset: 0,
      detail: "it ends within a header",
    });
    expect(await refusal(whole.subarray(0, 700))).toEqual({
      reason,
      offset: 512,
      detail: "it ends within a file",
    });
    expect(await refusal(whole.subarray(0, 1536))).toEqual({
      reason,
      offset: 1536,
      detail: "it has no end",
    });
    expect(await refusal(Buffer.alloc(2048, "no tar"))).toEqual({
      reason,
      offset: 0,
      detail: "not a header of a tar: its checksum is another",
    });
  });

  it("tells why it cannot be read, or its copy not written", async () => {
    const none = path.join(folder, "none");
    await expect(normaliseLayer(none, path.join(folder, "out"))).rejects.toThrow("ENOENT");
    await writeFile(path.join(folder, "in"), await tarOf([{ name: "a" }]));
    const nowhere = path.join(none, "out");
    await expect(normaliseLayer(path.join(folder, "in"), nowhere)).rejects.toThrow("ENOENT");
  });
});
