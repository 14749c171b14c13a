import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { digestOf } from "@slipway/signature";
import { pack as openPack, extract as openExtract } from "tar-stream";
import type { Header } from "tar-stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { normaliseLayer, packMembers, unpackArchive } from "./archive.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-archive-"));
});
afterEach(async () => rm(folder, { recursive: true }));

async function layer(name: string, mtime: Date, uname: string): Promise<string> {
  const pack = openPack();
  pack.entry({ name: "usr/", type: "directory", mtime, uname });
  pack.entry({ name: "usr/tool", mtime, uname, mode: 0o4755, uid: 7 }, "run\n");
  pack.entry({ name: "usr/same", type: "link", linkname: "usr/tool", mtime, uname });
  const pax = { "SCHILY.xattr.security.capability": "cap", "LIBARCHIVE.creationtime": "5" };
  pack.entry({ name: "usr/ping", mtime, pax }, "");
  pack.entry({ name: "tmp/slipway/access/", type: "directory", mtime });
  pack.finalize();
  const file = path.join(folder, name);
  await writeFile(file, await buffer(Readable.from(pack)));
  return file;
}

async function headersIn(file: string): Promise<readonly Header[]> {
  const extract = openExtract();
  extract.end(await readFile(file));
  const headers: Header[] = [];
  for await (const member of extract) {
    headers.push(member.header);
    member.resume();
  }
  return headers;
}

describe("normaliseLayer", () => {
  it("gives the same bytes for the same files made at another time by another user", async () => {
    const first = await layer("first", new Date(1_700_000_000_000), "ann");
    const second = await layer("second", new Date(1_800_000_000_000), "bob");
    const a = await normaliseLayer(first, path.join(folder, "a"));
    const b = await normaliseLayer(second, path.join(folder, "b"));
    expect(a).toEqual(b);
    expect(digestOf(await readFile(path.join(folder, "a")))).toBe(a.digest);
  });

  it("keeps a file that nobody may read as one", async () => {
    const pack = openPack();
    // Of the mode only the lower bits are written: 0.
    pack.entry({ name: "secret", type: "file", mode: 0o100000 }, "s");
    pack.finalize();
    await writeFile(path.join(folder, "in"), await buffer(Readable.from(pack)));
    await normaliseLayer(path.join(folder, "in"), path.join(folder, "out"));
    expect((await headersIn(path.join(folder, "out"))).map(({ mode }) => mode)).toEqual([0]);
  });

  it("keeps order, modes, numeric owners, links and extended attributes; drops what the build mounted", async () => {
    await normaliseLayer(await layer("in", new Date(), "ann"), path.join(folder, "out"));
    const headers = await headersIn(path.join(folder, "out"));
    expect(
      headers.map(({ name, type, mode, uid, mtime }) => [name, type, mode, uid, mtime.getTime()]),
    ).toEqual([
      ["usr/", "directory", 0o755, 0, 0],
      ["usr/tool", "file", 0o4755, 7, 0],
      ["usr/same", "link", 0o644, 0, 0],
      ["usr/ping", "file", 0o644, 0, 0],
    ]);
    expect(headers[2]?.linkname).toBe("usr/tool");
    expect(headers[3]?.pax).toEqual({
      "SCHILY.xattr.security.capability": "cap",
      path: "usr/ping",
    });
  });
});

describe("normaliseLayer, of a layer that it cannot copy,", () => {
  it("tells what is missing, and what ends too early", async () => {
    const out = path.join(folder, "out");
    await expect(normaliseLayer(path.join(folder, "none"), out)).rejects.toThrow("ENOENT");
    const whole = await readFile(await layer("whole", new Date(), "ann"));
    await writeFile(path.join(folder, "half"), whole.subarray(0, 700));
    await expect(normaliseLayer(path.join(folder, "half"), out)).rejects.toThrow(
      "Unexpected end of data",
    );
  });

  it("tells why its copy cannot be written", async () => {
    const whole = await layer("whole", new Date(), "ann");
    const nowhere = path.join(folder, "none", "out");
    await expect(normaliseLayer(whole, nowhere)).rejects.toThrow("ENOENT");
  });
});

describe("packMembers", () => {
  it("gives what unpackArchive reads", async () => {
    const file = path.join(folder, "blob");
    await writeFile(file, "x".repeat(200_000));
    const links = await unpackArchive(
      packMembers([
        { name: "a/blob", file, sizeBytes: 200_000 },
        { name: "manifest.json", bytes: Buffer.from("[]") },
        { name: "b/layer", linkTarget: "../a/blob" },
      ]),
      path.join(folder, "out"),
    );
    expect(await readFile(path.join(folder, "out/a/blob"), "utf8")).toBe("x".repeat(200_000));
    expect(await readFile(path.join(folder, "out/manifest.json"), "utf8")).toBe("[]");
    expect([...links]).toEqual([["b/layer", "a/blob"]]);
  });

  it("hands a missing file to the reader as an error", async () => {
    const archive = packMembers([{ name: "a", file: path.join(folder, "none"), sizeBytes: 1 }]);
    await expect(buffer(archive)).rejects.toThrow("ENOENT");
  });

  it("hands a file that is not of its stated size to the reader as an error", async () => {
    const file = path.join(folder, "blob");
    await writeFile(file, "three");
    const archive = packMembers([{ name: "a", file, sizeBytes: 6 }]);
    await expect(buffer(archive)).rejects.toThrow("Size mismatch");
  });
});

describe("unpackArchive", () => {
  it("refuses a name that leaves the folder and writes nothing of it", async () => {
    const archive = packMembers([{ name: "../out-of-it", bytes: Buffer.from("x") }]);
    await expect(unpackArchive(archive, path.join(folder, "in"))).rejects.toThrow("../out-of-it");
    await expect(readFile(path.join(folder, "out-of-it"))).rejects.toThrow("ENOENT");
  });

  it.each([100, 600, 50_000])(
    "ends with the error of an archive that breaks off after %i bytes",
    async (sizeBytes) => {
      const whole = await buffer(packMembers([{ name: "a", bytes: Buffer.alloc(100_000) }]));
      async function* broken() {
        yield whole.subarray(0, sizeBytes);
        throw new Error("the line went dead");
      }
      const unpacked = unpackArchive(Readable.from(broken()), path.join(folder, "in"));
      await expect(unpacked).rejects.toThrow("the line went dead");
    },
  );
});
