import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { layOutFleet } from "./lay-out.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-lay-out-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("links are laid out as what they lead to, and the user's definitions are in a home beside the workspace", async () => {
  const { workspace, home } = await layOutFleet(folder);
  const repository = path.join(import.meta.dirname, "../..");
  const shared = path.join(repository, "examples/agents/codex/VERSION");
  expect(readFileSync(path.join(workspace, "agents/codex/VERSION"), "utf8")).toBe(
    readFileSync(shared, "utf8"),
  );
  expect(existsSync(path.join(workspace, "home"))).toBe(false);
  const custom = path.join(home, ".aicage-custom/agents/pi");
  expect(statSync(path.join(custom, "install.sh")).mode & 0o111).not.toBe(0);
  expect(existsSync(path.join(workspace, "tools/executors/image/executor.ts"))).toBe(true);
});

test("again, it writes what differs, takes away what is no part of it, and leaves what runs have made", async () => {
  const { workspace } = await layOutFleet(folder);
  const at = (name: string): string => path.join(workspace, name);
  const untouched = statSync(at("nx.json")).mtimeMs;
  writeFileSync(at("agents/codex/VERSION"), "edited");
  writeFileSync(at("agents/codex/more"), "");
  writeFileSync(at("node_modules/.linked"), "other packages");
  const made = at("node_modules/.cache-of-a-run");
  writeFileSync(made, "");
  await layOutFleet(folder);
  expect(readFileSync(at("agents/codex/VERSION"), "utf8")).not.toBe("edited");
  expect(existsSync(at("agents/codex/more"))).toBe(false);
  expect(statSync(at("nx.json")).mtimeMs).toBe(untouched);
  // Other packages are installed: all links are made anew, and what they lead to is still there.
  expect(existsSync(made)).toBe(false);
  expect(existsSync(at("node_modules/nx/package.json"))).toBe(true);
});
