import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const program = path.join(import.meta.dirname, "..", "..", "slipway.cjs");
let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "slipway-cli-search-"));
  const name = "ab".repeat(32);
  const entry = path.join(home, ".aigogo", "store", "sha256", "ab", name);
  await mkdir(entry, { recursive: true });
  const ai = { summary: "Makes \u001b[31mslugs", capabilities: ["turn a title into a slug"] };
  const manifest = { name: "slugify", version: "1.0.0", language: { name: "javascript" }, ai };
  await writeFile(path.join(entry, "aigogo.json"), JSON.stringify(manifest));
});
afterEach(async () => rm(home, { recursive: true, force: true }));

function search(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, "pkg", "search", ...args],
    { cwd: home, encoding: "utf8", env: { PATH: process.env["PATH"], HOME: home } },
  );
  return { status, stdout, stderr };
}

test("search finds what is installed, without a lock and without a network", () => {
  const { status, stdout, stderr } = search("SLUG", "title");
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout.split("\n").slice(0, 3)).toEqual([
    "slugify 1.0.0 (javascript)",
    String.raw`  Makes \x1b[31mslugs`,
    "  can turn a title into a slug",
  ]);
});

test("a capability may be all that is asked for; --json is one object", () => {
  const { status, stdout } = search("--capability", "slug", "--json");
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 1,
    packages: [{ name: "slugify", places: [{ kind: "store" }] }],
    unread: 0,
  });
});

test("nothing found is an answer, nothing asked is usage", () => {
  expect(search("absent")).toEqual({ status: 0, stdout: "No packages found\n", stderr: "" });
  expect(search().status).toBe(2);
});
