import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";

const program = path.join(import.meta.dirname, "..", "slipway.cjs");

function openWorkspace() {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), "slipway-watch-test-")));
  writeFileSync(path.join(root, "nx.json"), "{}\n");
  writeFileSync(path.join(root, ".gitignore"), ".slipway\n");
  execFileSync("git", ["init", "-q"], { cwd: root });
  return {
    root,
    slipway: (...args: readonly string[]) => {
      const options = { cwd: root, encoding: "utf8" } as const;
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], options);
      return { status, stdout, stderr };
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** What `slipway tree --json` prints. */
function read(line: string): { readonly digest: string; readonly watcher: string } {
  const value: unknown = JSON.parse(line);
  if (typeof value !== "object" || value === null) throw new Error(line);
  if (!("digest" in value && "watcher" in value)) throw new Error(line);
  return { ...value, digest: String(value.digest), watcher: String(value.watcher) };
}

async function startWatcher(root: string) {
  const child = spawn(process.execPath, [program, "watch"], { cwd: root, stdio: "pipe" });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ready = await lines.next();
  return { child, ready: ready.value };
}

test("slipway watch says when it is ready, answers slipway tree, and ends at once", async () => {
  using workspace = openWorkspace();
  const { root, slipway } = workspace;
  const alone = read(slipway("tree", "--json").stdout);
  expect(alone).toMatchObject({ folder: root, watcher: "no-watcher" });
  const { child, ready } = await startWatcher(root);
  expect(ready).toBe(`watching 2 files in 1 folder of ${root}`);
  const { digest } = alone;
  expect(read(slipway("tree", "--json").stdout)).toMatchObject({ digest, watcher: "answered" });
  writeFileSync(path.join(root, "new"), "new");
  const after = slipway("tree");
  expect(after.stdout).not.toContain(alone.digest);
  const second = slipway("watch");
  expect(second.status).toBe(1);
  expect(second.stderr).toContain("another process watches this folder already");
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(existsSync(path.join(root, ".slipway/watch/socket"))).toBe(false);
  expect(slipway("tree")).toEqual(after);
});

test("a watcher that was killed is not waited for, and the next one takes its place", async () => {
  using workspace = openWorkspace();
  const { root, slipway } = workspace;
  const first = await startWatcher(root);
  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  expect(read(slipway("tree", "--json").stdout)).toMatchObject({ watcher: "no-answer" });
  const second = await startWatcher(root);
  expect(read(slipway("tree", "--json").stdout)).toMatchObject({ watcher: "answered" });
  second.child.kill("SIGTERM");
  expect(await once(second.child, "exit")).toEqual([0, null]);
});
