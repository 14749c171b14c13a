import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { contentOf, integrityOf } from "./content.ts";
import type { PackageFile } from "./content.ts";
import { isPackagePath } from "./package-path.ts";

const naming = { name: "demo", version: "1.0.0", language: "python" };
const manifest =
  '{"name":"demo","version":"1.0.0","language":{"name":"python","version":">=3.8"},"files":{"include":["a.py"]}}';

function file(path: string, text: string): PackageFile {
  if (!isPackagePath(path)) throw new Error(path);
  return { path, bytes: Buffer.from(text) };
}

test("the integrity of a package that ships its manifest is aigogo's", () => {
  expect(Buffer.byteLength(manifest)).toBe(109);
  const files = [file("aigogo.json", manifest), file("a.py", "x = 1\n")];
  expect(integrityOf(contentOf(files, naming))).toBe(
    "sha256:a9dacf5d0324cb29d9b9c7f7a1c329a8dd4d13f2ff64d9f45a05b886a2f2ac55",
  );
});

test("the integrity of a package without a manifest is aigogo's", () => {
  expect(integrityOf(contentOf([file("a.py", "x = 1\n")], naming))).toBe(
    "sha256:31a26b5301356911a09c5ff0132e4d28a79bac4bdedc755c12ca2c567d2b3143",
  );
});

test("files are taken in byte order of their paths, whatever order they come in", () => {
  const paths = ["\u{1F600}.py", "\uFF5E.py", "lib/a.js", "lib.js"];
  const files = paths.map((path) => file(path, path));
  const inOrder = ["lib.js", "lib/a.js", "\uFF5E.py", "\u{1F600}.py"];
  const expected = digestOf(
    `${inOrder.map((path) => `${path}\0${path}\0`).join("")}__manifest__\0m`,
  );
  expect(integrityOf({ files, manifest: Buffer.from("m") })).toBe(expected);
});
