import { parseLock } from "@slipway/packages";
import type { InstalledPackage } from "@slipway/packages";
import { parseDigest } from "@slipway/signature";
import { expect, test } from "vitest";
import { addedLines, installationLines } from "./installation.ts";

const outcome = { state: "done", cause: "first-install", facts: {} } as const;
const locked = { version: "1.0.0", integrity: "sha256:0", source: "a/b:1", files: 3 };

test("each package has its line, then the sum, then what Python and Node need to know", () => {
  const packages: readonly InstalledPackage[] = [
    { ...locked, key: "text_tools", language: "python", action: "fetch" },
    { ...locked, key: "slugify", language: "javascript", action: "link" },
  ];
  const facts = { PYTHONPATH: "/work/.aigogo/imports" };
  const installation = { ...outcome, facts, packages, removed: [] };
  expect(installationLines(installation, { inNeed: ["python"] })).toEqual([
    "✓ Installed text_tools (3 files)",
    "✓ Installed slugify (3 files)",
    "✓ Installed 2 package(s) (1 fetched)",
    "  Python: export PYTHONPATH=/work/.aigogo/imports",
    "      or: slipway pkg install in a virtual environment, or with --system",
    "  Node: node --require ./.aigogo/register.js <program>",
    "  Dependencies: slipway pkg show-deps aigogo.lock --format requirements",
  ]);
  const below = { inNeed: ["javascript"], folder: "../.." } as const;
  expect(installationLines(installation, below).slice(-2)).toEqual([
    "  Node: node --require ../../.aigogo/register.js <program>",
    "  Dependencies: slipway pkg show-deps ../../aigogo.lock --format npm",
  ]);
});

test("an empty lock is said to be one", () => {
  expect(installationLines({ ...outcome, packages: [], removed: [] })).toEqual([
    "No packages to install",
  ]);
});

test("a plan says what would become of each package, and that nothing was changed", () => {
  const packages: readonly InstalledPackage[] = [
    { ...locked, key: "text_tools", language: "python", action: "fetch" },
    { ...locked, key: "slugify", language: "javascript", action: "keep" },
  ];
  const facts = { fetch: 1, link: 0, remove: 1 };
  const planned = { state: "unchanged", cause: "planned", facts, packages } as const;
  expect(installationLines({ ...planned, removed: ["old"] })).toEqual([
    "+ Fetch text_tools 1.0.0 from a/b:1",
    "= Keep slugify 1.0.0",
    "- Remove old",
    "1 to fetch, 0 to link, 1 to remove; nothing was changed",
  ]);
});

test("a package that cannot be linked is said to be in the store", () => {
  const packages: readonly InstalledPackage[] = [
    { ...locked, key: "tool", language: "go", action: "store" },
  ];
  expect(installationLines({ ...outcome, packages, removed: [] })[0]).toBe(
    "✓ Stored tool (3 files); go packages have no links",
  );
});

test("what was added is told with what it is, where it is locked and how it is imported", () => {
  const digest = parseDigest(`sha256:${"ab".repeat(32)}`);
  const lock = parseLock(
    "aigogo.lock",
    JSON.stringify({
      version: 1,
      packages: {
        utils: {
          version: "1.0.0",
          integrity: digest,
          source: "utils:1.0.0",
          language: "python",
          files: ["a.py"],
        },
      },
    }),
  );
  const [utils] = lock.ok ? lock.value.packages : [];
  if (utils === undefined) throw new Error("no lock");
  const added = { state: "done", cause: "lock-changed", facts: {}, locked: utils } as const;
  expect(addedLines(added, "/work/aigogo.lock")).toEqual([
    "✓ Added utils@1.0.0 to /work/aigogo.lock",
    "  Hash: sha256:abababababababab...",
    "  Files: 1",
    "  Language: python",
    "  Import: from aigogo.utils import ...",
    "  Next: slipway pkg install",
    "  A build of this machine: push it before others install it",
  ]);
});
