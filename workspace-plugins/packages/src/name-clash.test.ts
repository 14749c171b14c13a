import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openRegistry } from "@slipway/registry";
import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { installPackages } from "./install.ts";

async function installing(keys: readonly (readonly [key: string, language: string])[]) {
  const root = await mkdtemp(path.join(tmpdir(), "slipway-clash-"));
  const entry = { version: "1", integrity: digestOf("x"), source: "localhost/a/demo:1", files: [] };
  const packages = Object.fromEntries(keys.map(([key, language]) => [key, { ...entry, language }]));
  await writeFile(path.join(root, "aigogo.lock"), JSON.stringify({ version: 1, packages }));
  const installed = await installPackages({
    workspaceRoot: root,
    projectRoot: ".",
    home: root,
    virtualEnv: undefined,
    registry: openRegistry(),
    signal: new AbortController().signal,
    progress: () => {},
    isOffline: true,
  });
  const made = await readdir(root);
  await rm(root, { recursive: true });
  return { failure: installed.ok ? undefined : installed.failure, made };
}

test("keys that differ in case alone are refused before anything is made", async () => {
  const keys = ["Utils", "utils"] as const;
  const { failure, made } = await installing(keys.map((key) => [key, "javascript"]));
  expect(failure).toEqual({ reason: "package-names-clash", lockFile: "aigogo.lock", keys });
  expect(made).toEqual(["aigogo.lock"]);
});

test("of two languages they lie apart", async () => {
  const { failure } = await installing([
    ["Utils", "javascript"],
    ["utils", "python"],
  ]);
  expect(failure?.reason).toBe("packages-not-in-store");
});
