import { expect, test } from "vitest";
import { installationLines } from "./installation.ts";

const outcome = { state: "done", cause: "first-install", facts: {} } as const;
const locked = { version: "1.0.0", integrity: "sha256:0", files: 3, isFetched: false };

test("each package has its line, then the sum, then what Python and Node need to know", () => {
  const packages = [
    { ...locked, key: "text_tools", language: "python", isFetched: true },
    { ...locked, key: "slugify", language: "javascript" },
  ];
  const facts = { PYTHONPATH: "/work/.aigogo/imports" };
  expect(installationLines({ ...outcome, facts, packages })).toEqual([
    "✓ Installed text_tools (3 files)",
    "✓ Installed slugify (3 files)",
    "✓ Installed 2 package(s) (1 fetched)",
    "  Python: export PYTHONPATH=/work/.aigogo/imports",
    "  Node: node --require ./.aigogo/register.js <program>",
  ]);
});

test("an empty lock is said to be one", () => {
  expect(installationLines({ ...outcome, packages: [] })).toEqual(["No packages to install"]);
});
