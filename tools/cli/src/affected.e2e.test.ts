import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, watch } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCheckout } from "../test/checkout.ts";
import type { Checkout } from "../test/checkout.ts";

let checkout: Checkout;
const base = "examples/bases/debian/base.yml";
const more = "examples/packages/slugify/more.py";

/** One commit, one with another base, and a new file that is not committed. */
beforeAll(async () => {
  checkout = await openCheckout();
  checkout.edit(base, (text) => text.replace(/base_image_distro: .*/, "$& 2"));
  checkout.git("commit", "--quiet", "--all", "--message=base");
  checkout.git("tag", "changed");
  checkout.write(more, "");
});
afterAll(() => checkout[Symbol.dispose]());

/** Rows as `target | because`; the last line has to tell the rest of all targets. */
function affected(range: string): readonly string[] {
  const said = checkout.slipway(["explain", "--affected", range]);
  expect([said.code, said.stderr]).toEqual([0, ""]);
  const lines = said.stdout
    .trimEnd()
    .split("\n")
    .filter((line) => !line.startsWith("target ") && !line.startsWith("──"))
    .map((line) => line.replace(/ {2,}/, " | "));
  const rows = lines.slice(0, -1);
  const [same, all] = lines.at(-1)?.match(/\d+/g)?.map(Number) ?? [];
  expect(lines.at(-1)).toBe(`${same} of ${all} targets are the same`);
  expect(rows.length + (same ?? 0)).toBe(all);
  return rows;
}

const changedByBase = `${base} has other content`;

test("between two commits, with the root cause and where it came in", () => {
  expect(affected("changed~1..changed")).toEqual([
    `boot-check:smoke | ${changedByBase} (in debian:image)`,
    `boot-check:verify-boot | ${changedByBase} (in debian:image)`,
    `codex-review:image | ${changedByBase} (in debian:image)`,
    `codex-review:load | ${changedByBase} (in debian:image)`,
    `codex:image | ${changedByBase} (in debian:image)`,
    `codex:image-debian | ${changedByBase} (in debian:image)`,
    `codex:load | ${changedByBase} (in debian:image)`,
    `codex:load-debian | ${changedByBase} (in debian:image)`,
    `debian:image | ${changedByBase}`,
    `debian:load | ${changedByBase} (in debian:image)`,
    `gemini:image | ${changedByBase} (in debian:image)`,
    `gemini:image-debian | ${changedByBase} (in debian:image)`,
    `gemini:load | ${changedByBase} (in debian:image)`,
    `gemini:load-debian | ${changedByBase} (in debian:image)`,
    `pipeline:signature | ${changedByBase}`,
    `workspace:signature | ${changedByBase}`,
  ]);
});

test("from a commit to the working tree, which is left as it is", () => {
  expect(affected("HEAD")).toEqual([
    `consumer:install | ${more} is new (in slugify:pack)`,
    `pipeline:signature | ${more} is new`,
    `slugify:pack | ${more} is new`,
    `slugify:push | ${more} is new (in slugify:pack)`,
    `workspace:signature | ${more} is new`,
  ]);
  expect(checkout.git("status", "--short")).toBe(`?? ${more}\n`);
  expect(checkout.git("worktree", "list").trim().split("\n")).toHaveLength(1);
});

test("from where two commits parted; a side that is left out is HEAD", () => {
  checkout.git("branch", "other", "changed~1");
  const { stdout } = checkout.slipway(["explain", "--affected", "other...", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 1,
    base: checkout.git("rev-parse", "changed~1").trim(),
    head: checkout.git("rev-parse", "HEAD").trim(),
    same: expect.any(Number) as unknown,
    targets: [
      {
        target: "boot-check:smoke",
        change: "changed",
        causes: [{ via: ["codex:load-debian", "codex:image-debian", "debian:image"], path: base }],
      },
      ...Array.from({ length: 15 }, () => ({ change: "changed" })),
    ],
  });
});

test("targets that come and go with their definitions", () => {
  checkout.git("checkout", "--quiet", "-b", "moved");
  checkout.git("mv", "examples/packages/text-tools", "examples/packages/words");
  checkout.git("commit", "--quiet", "--all", "--message=moved");
  const rows = affected("changed..moved");
  expect(rows).toContain("text-tools:pack | the target is gone");
  expect(rows).toContain("words:pack | the target is new");
  checkout.git("checkout", "--quiet", "main");
});

test.each([
  ["nope", "✗ git knows no commit nope"],
  ["main..nope", "✗ git knows no commit nope"],
  ["--all..main", "✗ git knows no commit --all"],
])("%s is told to be no range", (range, words) => {
  const said = checkout.slipway(["explain", `--affected=${range}`]);
  expect([said.code, said.stdout, said.stderr.split("\n")[0]]).toEqual([1, "", words]);
});

test("a commit with other packages is told, as its plugins cannot run", () => {
  checkout.git("checkout", "--quiet", "-b", "packages");
  checkout.edit("package-lock.json", (text) => `${text}\n`);
  checkout.git("commit", "--quiet", "--all", "--message=packages");
  checkout.git("checkout", "--quiet", "main");
  const said = checkout.slipway(["explain", "--affected", "packages"]);
  expect(said.code).toBe(1);
  expect(said.stderr).toContain("has another package-lock.json than the working tree");
  expect(checkout.git("worktree", "list").trim().split("\n")).toHaveLength(1);
});

test("after Ctrl-C nothing of it is left", async () => {
  const temporary = path.join(path.dirname(checkout.root), "tmp");
  mkdirSync(temporary);
  const watching = watch(path.join(checkout.root, ".git"));
  const seen = new Promise<void>((resolve) => {
    watching.on("change", (_, name) => {
      if (name === "worktrees") resolve();
    });
  });
  const program = path.join(checkout.root, "node_modules", "@slipway", "cli", "slipway.cjs");
  const child = spawn(process.execPath, [program, "explain", "--affected", "changed~1..changed"], {
    cwd: checkout.root,
    env: { ...process.env, TMPDIR: temporary },
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  await seen;
  watching.close();
  child.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
  expect(readdirSync(temporary)).toEqual([]);
  expect(checkout.git("worktree", "list").trim().split("\n")).toHaveLength(1);
});
