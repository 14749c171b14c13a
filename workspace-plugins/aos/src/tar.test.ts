import { expect, test } from "vitest";
import { findInTar } from "./tar.ts";

function entry(name: string, text: string): Uint8Array {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(`${text.length.toString(8).padStart(11, "0")}\0`, 124);
  const body = Buffer.alloc(Math.ceil(text.length / 512) * 512);
  body.write(text);
  return Buffer.concat([header, body]);
}

const long = "x".repeat(700);
const tar = Buffer.concat([entry("a", long), entry("b/c", "text"), Buffer.alloc(1024)]);

test.each([
  ["a", long],
  ["b/c", "text"],
  ["c", undefined],
])("the file %s is found by its full name", (name, text) => {
  const found = findInTar(tar, name);
  expect(found && Buffer.from(found).toString()).toBe(text);
});

test("a tar that is cut short has nothing more", () => {
  expect(findInTar(tar.subarray(0, 600), "b/c")).toBeUndefined();
});
