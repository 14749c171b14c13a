import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { archiveOf } from "../../test/release-rig.ts";
import { archiveLimits, readArchive } from "./read-archive.ts";

const files = [{ name: "a/1", content: "one" }, { name: "a/2" }, { name: "a/3" }];

async function check(
  archive: Uint8Array,
  limits: Partial<typeof archiveLimits>,
  expected: string,
): Promise<void> {
  const read = await readArchive(archive, { ...archiveLimits, ...limits });
  expect(read.ok ? "taken" : read.failure.problem).toBe(expected);
}

test("an archive that unpacks to more than may be is refused before it is unpacked", async () => {
  const archive = await archiveOf(files);
  const sizeBytes = gunzipSync(archive).byteLength;
  await check(archive, { unpackedBytes: sizeBytes }, "taken");
  await check(archive, { unpackedBytes: sizeBytes - 1 }, "too-large");
  await check(gzipSync(Buffer.alloc(8_000_000)), { unpackedBytes: 4_000_000 }, "too-large");
});

test("an archive of more entries than may be is refused", async () => {
  const archive = await archiveOf(files);
  await check(archive, { entries: 3 }, "taken");
  await check(archive, { entries: 2 }, "too-many");
});

test("what is no archive, or a part of one, is refused", async () => {
  const archive = await archiveOf([{ name: "a", content: "x".repeat(4096) }]);
  await check(Buffer.from("text"), {}, "not-an-archive");
  await check(archive.subarray(0, -12), {}, "not-an-archive");
  await check(gzipSync(gunzipSync(archive).subarray(0, 2048)), {}, "not-an-archive");
  await check(gzipSync("no tar".repeat(200)), {}, "not-an-archive");
});
