import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fileBody } from "./body.ts";
import type { Body } from "./body.ts";

/** More than one buffer, and not a whole number of them. */
const bytes = Buffer.from(Array.from({ length: 700_001 }, (_, at) => at % 251));

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "body-"));
  file = path.join(folder, "blob");
  writeFileSync(file, bytes);
});
afterEach(() => rmSync(folder, { recursive: true }));

async function sent(body: Body): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of body.stream()) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

test("a file is sent whole, as often as it is asked for", async () => {
  const body = await fileBody(file);
  expect(body.size).toBe(bytes.byteLength);
  expect((await sent(body)).equals(bytes)).toBe(true);
  expect((await sent(body)).equals(bytes)).toBe(true);
});

test("a part of a part is what a part of the bytes is, up to its end", async () => {
  const part = (await fileBody(file)).slice(1000, 600_000).slice(300_000, 900_000);
  const expected = bytes.subarray(301_000, 600_000);
  expect(part.size).toBe(expected.byteLength);
  expect((await sent(part)).equals(expected)).toBe(true);
});

test("an empty file is sent as nothing", async () => {
  writeFileSync(file, "");
  expect(await sent(await fileBody(file))).toEqual(Buffer.alloc(0));
});

test("a file that has become shorter is not sent as if it were whole", async () => {
  const body = await fileBody(file);
  truncateSync(file, 650_000);
  await expect(sent(body)).rejects.toThrow("shorter");
});
