import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packMembers, unpackArchive } from "./archive.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-archive-"));
});
afterEach(async () => rm(folder, { recursive: true }));

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
