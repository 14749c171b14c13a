import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { areOutputsKept, keepOutputs } from "./kept-outputs.ts";

let root: string;
const outputs = ["app/dist", "app/*.log"];

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-kept-"));
  mkdirSync(at("app/dist/empty"), { recursive: true });
  writeFileSync(at("app/dist/out"), "made");
  writeFileSync(at("app/x.log"), "log");
  symlinkSync("out", at("app/dist/link"));
});
afterEach(() => rmSync(root, { recursive: true }));

function at(file: string): string {
  return path.join(root, file);
}

test.each<[string, () => void]>([
  ["content", () => writeFileSync(at("app/dist/out"), "MADE")],
  ["the executable bit", () => chmodSync(at("app/dist/out"), 0o755)],
  ["a file more", () => writeFileSync(at("app/dist/more"), "")],
  ["a file less", () => rmSync(at("app/dist/out"))],
  ["an empty folder less", () => rmSync(at("app/dist/empty"), { recursive: true })],
  [
    "a link",
    () => {
      rmSync(at("app/dist/link"));
      symlinkSync("empty", at("app/dist/link"));
    },
  ],
  ["what a wildcard finds", () => writeFileSync(at("app/y.log"), "")],
])("another output is told from what was kept: %s", async (_name, change) => {
  await keepOutputs(root, { id: "app:build", hash: "1", outputs });
  expect(await areOutputsKept(root, { id: "app:build", hash: "1" })).toBe(true);
  change();
  expect(await areOutputsKept(root, { id: "app:build", hash: "1" })).toBe(false);
});

test("each hash has outputs of its own, and one that nobody knows is believed", async () => {
  await keepOutputs(root, { id: "app:build", hash: "1", outputs });
  writeFileSync(at("app/dist/out"), "other");
  await keepOutputs(root, { id: "app:build", hash: "2", outputs });
  expect(await areOutputsKept(root, { id: "app:build", hash: "1" })).toBe(false);
  expect(await areOutputsKept(root, { id: "app:build", hash: "2" })).toBe(true);
  expect(await areOutputsKept(root, { id: "app:build", hash: "3" })).toBe(true);
  expect(await areOutputsKept(root, { id: "lib:build", hash: "1" })).toBe(true);
});
