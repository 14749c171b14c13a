import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { directoryDigest } from "./reference-digest.ts";

const hash = "a".repeat(64);

test("a tree without files is the empty message", () => {
  expect(directoryDigest("", () => 0)).toBe(createHash("sha256").digest("hex"));
});

test("files come before folders, each in the order of bytes, with their sizes", () => {
  const names = ["a", "\uff5a", "\u{1f600}"];
  const sums = ["z/b", ...names.toReversed()].map((name) => `${hash}  ${name}\n`).join("");
  const digestField = (size: string): string => `0a40${Buffer.from(hash).toString("hex")}${size}`;
  const node = (name: string, digest: string): string => {
    const bytes = Buffer.from(name).toString("hex");
    const inner = `0a${hexLength(bytes)}${bytes}12${hexLength(digest)}${digest}`;
    return `${hexLength(inner)}${inner}`;
  };
  const inZ = Buffer.from(`0a${node("b", digestField("10ac02"))}`, "hex");
  const z = createHash("sha256").update(inZ).digest("hex");
  const files = names.map((name) => `0a${node(name, digestField("10ac02"))}`);
  const zDigest = `0a40${Buffer.from(z).toString("hex")}10${inZ.length.toString(16).padStart(2, "0")}`;
  const root = Buffer.from(`${files.join("")}12${node("z", zDigest)}`, "hex");
  expect(directoryDigest(sums, () => 300)).toBe(createHash("sha256").update(root).digest("hex"));
});

/** Of fewer than 128 bytes. */
function hexLength(hex: string): string {
  return (hex.length / 2).toString(16).padStart(2, "0");
}
