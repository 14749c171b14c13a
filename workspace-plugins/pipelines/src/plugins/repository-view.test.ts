import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { hiddenEntries } from "./repository-view.ts";

function workspace(files: readonly string[]): string {
  const root = mkdtempSync(path.join(tmpdir(), "view-"));
  for (const file of files) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), "");
  }
  return root;
}

function check(
  folder: string,
  listed: readonly string[],
  expected: Readonly<Record<string, "file" | "folder">>,
) {
  const files = listed.map((each) => ({
    kind: "file" as const,
    path: each,
    isExecutable: false,
    sizeBytes: 0,
  }));
  expect(hiddenEntries({ folder, files })).toEqual(
    Object.entries(expected).map(([place, kind]) => ({ path: place, kind })),
  );
}

test("what is on disk and not listed is hidden, a folder without listed files as one", () => {
  const root = workspace([
    ".git/config",
    ".env",
    "a/b/c.rb",
    "a/b/.env",
    "a/node_modules/x/y.js",
    "sub/.git",
    "sub/lib.rb",
  ]);
  symlinkSync("a/b/.env", path.join(root, "link"));
  check(root, ["a/b/c.rb", "sub/lib.rb"], {
    ".env": "file",
    ".git": "folder",
    "a/b/.env": "file",
    "a/node_modules": "folder",
    "sub/.git": "file",
  });
});

test("nothing is hidden where all is listed, and a listed file that is gone hides nothing", () => {
  check(workspace(["a/b"]), ["a/b", "gone/c"], {});
});
