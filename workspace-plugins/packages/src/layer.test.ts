import { readdirSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { constants, createZstdCompress, gzip, zstdCompress } from "node:zlib";
import { digestOf } from "@slipway/signature";
import tar from "tar-stream";
import type { Header } from "tar-stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { integrityOf } from "./content.ts";
import type { PackageFile } from "./content.ts";
import { layerLimits } from "./layer-limits.ts";
import { extractLayer, readFromLayer, writeLayer, writeLayerFile } from "./layer.ts";
import { isPackagePath } from "./package-path.ts";

type Member = Partial<Header> & Pick<Header, "name">;

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-layer-"));
});
afterEach(async () => rm(root, { recursive: true }));

function file(name: string, text: string): PackageFile {
  if (!isPackagePath(name)) throw new Error(name);
  return { path: name, bytes: Buffer.from(text) };
}

const long = `${"folder/".repeat(30)}ü.py`;
const files = [file("b.py", "b"), file("a/a.py", "a"), file(long, "long")];
const inOrder = ["a/a.py", "b.py", long];

/** In pieces of a size that fits nothing in a tar. */
async function* inPieces(bytes: Uint8Array, pieceBytes = 333): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    yield bytes.subarray(at, at + pieceBytes);
  }
}

/** Into an empty folder, as it asks for. */
async function extract(layer: Uint8Array, limits = layerLimits) {
  await rm(path.join(root, "files"), { recursive: true, force: true });
  return extractLayer(inPieces(layer), path.join(root, "files"), limits);
}

test("equal files give equal bytes in any order, and are read back", async () => {
  const layer = await writeLayer(files);
  expect(layer.equals(await writeLayer(files.toReversed()))).toBe(true);
  expect(await extract(layer)).toEqual({ ok: true, value: inOrder });
  for (const { path: name, bytes } of files) {
    const written = path.join(root, "files", name);
    expect(Buffer.from(bytes).equals(await readFile(written))).toBe(true);
    expect((await stat(written)).mode & 0o777).toBe(0o444);
  }
});

test("a header is that of a regular file of nobody, mode 0644, at the epoch, in USTAR", async () => {
  const layer = await writeLayer([file("a.py", "x = 1\n")]);
  expect(layer.byteLength).toBe(512 * 4);
  const field = (from: number, to: number) => layer.toString("latin1", from, to);
  expect(field(0, 5)).toBe("a.py\0");
  expect(field(100, 107)).toBe("000644 ");
  expect(field(136, 147)).toBe("00000000000");
  expect(field(156, 157)).toBe("0");
  expect(field(257, 265)).toBe("ustar\u000000");
  expect(field(265, 329).replaceAll("\0", "")).toBe("");
});

describe("a layer of others is read", () => {
  test.for([
    ["gzip", promisify(gzip)],
    ["zstd", promisify(zstdCompress)],
  ] as const)("compressed by %s", async ([, compress]) => {
    const layer = await compress(await writeLayer(files));
    expect(await extract(layer)).toEqual({ ok: true, value: inOrder });
    expect(await readFile(path.join(root, "files/b.py"), "utf8")).toBe("b");
  });

  test("with folders, names that begin with ./, and what aigg says of the package", async () => {
    const layer = await packed([
      { name: ".aigogo-manifest.json" },
      { name: "./", type: "directory" },
      { name: "./lib/", type: "directory" },
      { name: "./lib/a.py" },
      { name: "b.py", type: "contiguous-file" },
    ]);
    expect(await extract(layer)).toEqual({ ok: true, value: ["lib/a.py", "b.py"] });
    expect((await readdir(path.join(root, "files"), { recursive: true })).toSorted()).toEqual([
      "b.py",
      "lib",
      "lib/a.py",
    ]);
  });

  test("with a global header, and names that GNU tar and others write as entries of their own", async () => {
    const name = "n".repeat(150);
    const record = "20 comment=a global\n";
    const layer = Buffer.concat([
      member("pax_global_header", "g", record),
      member("././@LongLink", "L", `${name}\0`),
      member("short", "0", "x"),
      Buffer.alloc(1024),
    ]);
    expect(await extract(layer)).toEqual({ ok: true, value: [name] });
  });

  test("compressed in several members and frames, with some of them empty or to be skipped", async () => {
    const layer = await writeLayer(files);
    const parts = [layer.subarray(0, 700), Buffer.alloc(0), layer.subarray(700)];
    const skipped = Buffer.from("\u0050\u002a\u004d\u0018\u0004\0\0\0meta", "latin1");
    const zipped = await Promise.all(parts.map((part) => promisify(gzip)(part)));
    const frames = await Promise.all(parts.map((part) => promisify(zstdCompress)(part)));
    for (const pieces of [zipped, frames, [skipped, ...frames, skipped]]) {
      expect(await extract(Buffer.concat(pieces))).toEqual({ ok: true, value: inOrder });
      await rm(path.join(root, "files"), { recursive: true });
    }
  });

  test("to its end, and what stands behind that is not there", async () => {
    const hidden = await writeLayer([file("hidden.py", "x")]);
    const layer = Buffer.concat([await writeLayer(files), Buffer.alloc(10_240), hidden]);
    for (const pieceBytes of [333, 512, layer.byteLength]) {
      const read = await extractLayer(inPieces(layer, pieceBytes), path.join(root, "files"));
      expect(read).toEqual({ ok: true, value: inOrder });
      expect(await readdir(path.join(root, "files"))).not.toContain("hidden.py");
      await rm(path.join(root, "files"), { recursive: true });
    }
  });

  test("with zeros in its files, and long names that end with a block of them", async () => {
    const name = "folder/".repeat(74).slice(0, 512);
    const zeros = "\0".repeat(100_000);
    const layer = Buffer.concat([
      member("zeros", "0", zeros),
      member("././@LongLink", "L", `${name}\0`),
      member("short", "0", zeros),
      member("last", "0", "x"),
      Buffer.alloc(1024),
    ]);
    for (const pieceBytes of [333, 65_536]) {
      const read = await extractLayer(inPieces(layer, pieceBytes), path.join(root, "files"));
      expect(read).toEqual({ ok: true, value: ["zeros", name, "last"] });
      await rm(path.join(root, "files"), { recursive: true });
    }
  });

  test("with a file of more than one piece of memory", async () => {
    const large = Buffer.alloc(3 * 1024 * 1024, "large ");
    const layer = await writeLayer([{ ...file("large.bin", ""), bytes: large }]);
    expect(await extractLayer(inPieces(layer, 65_536), root)).toMatchObject({ ok: true });
    expect(large.equals(await readFile(path.join(root, "large.bin")))).toBe(true);
  });
});

/** One member of a tar, header and content, with the type as it stands in the header. */
function member(name: string, type: string, content: string, sizeBytes = content.length): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write("0000644\u00000000000\u00000000000\0", 100);
  header.write(`${sizeBytes.toString(8).padStart(11, "0")}\u000000000000000\0`, 124);
  header.write(`        ${type}`, 148);
  header.write("ustar\u000000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const padded = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  padded.write(content);
  return Buffer.concat([header, padded]);
}

/** A header with another size, as these bytes, and the sum that belongs to it. */
function resized(tarred: Buffer, size: string): Buffer {
  tarred.write(size, 124, 12, "latin1");
  tarred.write("        ", 148);
  const sum = tarred.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  tarred.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return tarred;
}

async function packed(entries: readonly Member[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { type = "file", ...header } of entries) {
    const isFile = type === "file" || type === "contiguous-file";
    const named = { ...header, type, mode: 0o644, linkname: isFile ? "" : "/etc/passwd" };
    pack.entry(named, isFile ? "x" : "");
  }
  pack.finalize();
  return buffer(pack);
}

describe("a layer is refused whole", () => {
  test.for<readonly [string, readonly Member[], string]>([
    ["a way up", [{ name: "ok.py" }, { name: "../x" }], "traversal"],
    ["a way up in the middle", [{ name: "a/../../x" }], "traversal"],
    ["a way up behind a dot", [{ name: "./../x" }], "traversal"],
    ["a folder that leads up", [{ name: "../x/", type: "directory" }], "traversal"],
    ["an absolute path", [{ name: "/etc/x" }], "absolute"],
    ["an absolute path behind a dot", [{ name: ".//etc/x" }], "absolute"],
    ["a drive", [{ name: "C:/x" }], "absolute"],
    ["a backslash", [{ name: String.raw`a\..\x` }], "backslash"],
    ["a control character", [{ name: "a\u001B[2J" }], "control-character"],
    ["a name that shows backwards", [{ name: "a\u202Eyp.exe" }], "control-character"],
    ["an unclean path", [{ name: "a/./b" }], "empty-segment"],
    ["a name that no file system takes", [{ name: "a".repeat(256) }], "too-long"],
    ["a symbolic link", [{ name: "a", type: "symlink" }], "not-a-file"],
    ["a hard link", [{ name: "a", type: "link" }], "not-a-file"],
    ["a device", [{ name: "a", type: "character-device" }], "not-a-file"],
    ["a block device", [{ name: "a", type: "block-device" }], "not-a-file"],
    ["a fifo", [{ name: "a", type: "fifo" }], "not-a-file"],
    ["a sparse file", [{ name: "a", pax: { "GNU.sparse.major": "1" } }], "not-a-file"],
    ["a name twice", [{ name: "a" }, { name: "a" }], "duplicate"],
    ["a name twice, once with a dot", [{ name: "a" }, { name: "./a" }], "duplicate"],
    ["a file under a file", [{ name: "a" }, { name: "a/b" }], "file-and-folder"],
    ["a file where a folder is", [{ name: "a/b" }, { name: "a" }], "file-and-folder"],
    [
      "a folder where a file is",
      [{ name: "a" }, { name: "a/", type: "directory" }],
      "file-and-folder",
    ],
  ])("for %s", async ([, entries, problem]) => {
    expect(await extract(await packed(entries))).toMatchObject({ ok: false, failure: { problem } });
    const outside = (await readdir(root)).filter((name) => name !== "files");
    expect(outside).toEqual([]);
  });

  test("when it is not a tar, or is cut off, packed or not", async () => {
    const problem = { ok: false, failure: { problem: "not-a-tar" } };
    expect(await extract(Buffer.alloc(1024, 7))).toMatchObject(problem);
    const whole = await writeLayer([file("a.py", "x".repeat(2000))]);
    expect(await extract(whole.subarray(0, 1024))).toMatchObject(problem);
    const zipped = await promisify(gzip)(whole);
    expect(await extract(zipped.subarray(0, -20))).toMatchObject(problem);
  });

  test("when it has more entries than it may", async () => {
    const layer = await writeLayer(files);
    const failure = { entry: JSON.stringify(long), problem: "too-many", most: 3 };
    expect(await extract(layer, { ...layerLimits, entries: 3 })).toEqual({ ok: false, failure });
  });

  test("when a few files lie in more folders than there may be", async () => {
    const deep = (begin: string) => file(`${begin}${"/d".repeat(500)}`, "");
    const layer = await writeLayer([deep("a"), deep("b")]);
    const limits = { ...layerLimits, entries: 600 };
    expect(await extract(layer, limits)).toMatchObject({ failure: { problem: "too-many" } });
    expect(await readdir(path.join(root, "files"))).toEqual(["a"]);
  });

  test("before a file that is larger than all may be is written", async () => {
    const most = 1024 * 1024;
    const layer = member("a", "0", "x", most + 1);
    expect(await extract(layer, { ...layerLimits, unpackedBytes: most })).toEqual({
      ok: false,
      failure: { entry: '"a"', problem: "too-large", most },
    });
  });

  test.for([
    ["that is no number", "\u00fa0000001274 "],
    ["below nothing, by a sign", "-0000001274 "],
    [
      "below nothing, in base 256",
      "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u0001",
    ],
    ["beyond all numbers, in base 256", "\u0080".padEnd(12, "\u00ff")],
  ])("for a size %s, of whatever it is said", async ([, size = ""]) => {
    for (const type of ["0", "5", "L", "x", "g"]) {
      const layer = Buffer.concat([
        resized(member("a", type, "x".repeat(700)), size),
        member("b", "0", "x".repeat(700)),
        Buffer.alloc(1024),
      ]);
      const { ok } = await extract(layer);
      expect(ok && type === "0").toBe(false);
    }
  });

  test("for a size of its own that a PAX header gives, where it is none", async () => {
    for (const size of ["-1", "x", "9".repeat(30)]) {
      const record = ` size=${size}\n`;
      const length = record.length + 2;
      const layer = Buffer.concat([
        member("a", "x", `${length}${record}`),
        member("a", "0", "x"),
        Buffer.alloc(1024),
      ]);
      expect(await extract(layer)).toMatchObject({ ok: false });
    }
  });

  test("when it goes on for ever without a file", async () => {
    const layer = await promisify(gzip)(Buffer.alloc(4 * 1024 * 1024));
    const limits = { ...layerLimits, unpackedBytes: 1024 * 1024 };
    const failure = { entry: "the layer", problem: "too-large", most: 1024 * 1024 };
    expect(await extract(layer, limits)).toEqual({ ok: false, failure });
  });

  test.for([
    ["gzip", promisify(gzip)],
    ["zstd", promisify(zstdCompress)],
  ] as const)("when little of %s becomes too much", async ([, compress]) => {
    const dense = Buffer.alloc(4 * 1024 * 1024);
    const layer = await compress(await writeLayer([{ ...file("zeros", ""), bytes: dense }]));
    const limits = { ...layerLimits, ratio: 100, ratioFromBytes: 1024 * 1024 };
    const failure = { entry: "the layer", problem: "too-dense", most: 100 };
    expect(await extract(layer, limits)).toEqual({ ok: false, failure });
    expect(await extract(await writeLayer(files), limits)).toMatchObject({ ok: true });
  });
});

test("one file of a layer is not waited for where its size is no number", async () => {
  const layer = resized(member("a", "0", "x"), "\u00fa0000001274 ");
  expect(await readFromLayer(Readable.from([layer]), "a")).toBeUndefined();
});

test("a large file that breaks off is given up whole: nothing writes to its folder afterwards", async () => {
  const large = member("large", "0", "x".repeat(1000), 5 * 1024 * 1024);
  for (let round = 0; round < 30; round += 1) {
    const layer = large.subarray(0, [512, 600, 1024][round % 3]);
    expect(await extract(layer)).toMatchObject({ ok: false });
    // Without a turn in between.
    const left = readdirSync(root, { recursive: true });
    for (let turn = 0; turn < 20; turn += 1) {
      await new Promise((resolve) => void setImmediate(resolve));
    }
    expect(await readdir(root, { recursive: true })).toEqual(left);
    await rm(path.join(root, "files"), { recursive: true });
  }
});

test("a zstd frame that asks for more memory than it may is refused", async () => {
  const windowed = async (log: number): Promise<Buffer> => {
    const compress = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: log } });
    return buffer(Readable.from(inPieces(await writeLayer(files))).pipe(compress));
  };
  expect(await extract(await windowed(26))).toMatchObject({ ok: true });
  await rm(path.join(root, "files"), { recursive: true });
  expect(await extract(await windowed(27))).toMatchObject({ failure: { problem: "not-a-tar" } });
});

test("a source is read to its end after a refusal, and what it throws is what comes out", async () => {
  const layer = Buffer.concat([await packed([{ name: "../x" }]), Buffer.alloc(100_000)]);
  const broken = async function* () {
    yield* inPieces(layer);
    throw new Error("another digest");
  };
  await expect(extractLayer(broken(), root)).rejects.toThrow("another digest");
});

test("a layer written to a file has the bytes of one in memory, and their integrity", async () => {
  const shipped = file("aigogo.json", "{}");
  const all = [...files, shipped, file("empty.py", ""), file("large.py", "y".repeat(300_000))];
  const sources = all.map((each, at) => ({ ...each, file: path.join(root, String(at)) }));
  for (const source of sources) await writeFile(source.file, source.bytes);
  const target = path.join(root, "layer.tar");
  const written = await writeLayerFile(sources, target, new AbortController().signal);
  const layer = await writeLayer(all);
  expect((await readFile(target)).equals(layer)).toBe(true);
  if (!written.ok) throw new Error(JSON.stringify(written.failure));
  expect(written.value.layer).toEqual({ digest: digestOf(layer), sizeBytes: layer.byteLength });
  expect(written.value.integrity).toBe(integrityOf({ files: all, manifest: shipped.bytes }));
});

describe("a layer that is written to a file", () => {
  async function source(name: string, text: string) {
    const written = { ...file(name, text), file: path.join(root, name) };
    await writeFile(written.file, written.bytes);
    return written;
  }
  const target = () => path.join(root, "layer.tar");

  test("is none when it is stopped", async () => {
    const sources = [await source("aigogo.json", "{}")];
    expect(await writeLayerFile(sources, target(), AbortSignal.abort())).toMatchObject({
      failure: { reason: "packages-stopped" },
    });
  });

  test("is none when a file goes before it is read", async () => {
    const sources = [await source("aigogo.json", "{}"), await source("b.py", "")];
    await rm(path.join(root, "b.py"));
    expect(await writeLayerFile(sources, target(), new AbortController().signal)).toMatchObject({
      failure: { reason: "source-changed", path: "b.py" },
    });
  });

  test("is none on a disk that does not take it, and the disk says why", async () => {
    const { signal } = new AbortController();
    const sources = [await source("aigogo.json", "{}")];
    const nowhere = path.join(root, "missing/layer.tar");
    await expect(writeLayerFile(sources, nowhere, signal)).rejects.toThrow("ENOENT");
  });
});
