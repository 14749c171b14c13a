import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { askCredentialHelper } from "./process.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-helper-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function helper(script: string): string {
  const file = path.join(folder, "docker-credential-fake");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const { signal } = new AbortController();

test("a credential helper is asked as Docker asks it: get, and the host on its standard input", async () => {
  const program = helper('printf "%s " "$@"; cat; echo complaint >&2');
  expect(await askCredentialHelper(program, "registry.example", signal)).toEqual({
    exitCode: 0,
    output: "get registry.example",
  });
});

test("one that fails, and one that is not there, are told by their exit codes", async () => {
  const program = helper("echo credentials not found; exit 1");
  expect(await askCredentialHelper(program, "registry.example", signal)).toEqual({
    exitCode: 1,
    output: "credentials not found",
  });
  const absent = path.join(folder, "docker-credential-absent");
  expect(await askCredentialHelper(absent, "registry.example", signal)).toMatchObject({
    exitCode: undefined,
  });
});
