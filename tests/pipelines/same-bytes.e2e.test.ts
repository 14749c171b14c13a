import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as fc from "fast-check";
import { parse, stringify } from "smol-toml";
import { expect, test } from "vitest";
import { expectedOf, goldenCases, makeGoldenWorkspace, renderGolden } from "./golden.ts";
import type { Files } from "./golden.ts";

/** Keys of every table in another order; what is a list stays as it is. */
function shuffled(value: unknown, next: () => number): unknown {
  if (Array.isArray(value)) return value.map((each) => shuffled(each, next));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, each]) => [next(), key, shuffled(each, next)] as const,
  );
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => a - b).map(([, key, each]) => [key, each]),
  );
}

function nextOf(numbers: Iterator<number>): number {
  const next = numbers.next();
  return next.done === true ? 0 : next.value;
}

/** What is told stands in the order of lines, which are others now. */
function withoutLines({ "diagnostics.txt": told = "", ...files }: Files) {
  const lines = told.replaceAll(/^\S+:\d+:\d+: /gm, "").split(/\n(?! )/);
  return { files, told: lines.toSorted() };
}

test.for(goldenCases)("the order of keys changes nothing in the files of %s", async (name) => {
  using workspace = makeGoldenWorkspace(name);
  const file = path.join(workspace.root, "cig.toml");
  const pipeline = parse(readFileSync(file, "utf8"));
  const orders = fc.infiniteStream(fc.nat());
  const check = fc.asyncProperty(orders, async (stream) => {
    writeFileSync(file, stringify(shuffled(pipeline, () => nextOf(stream))));
    const found = withoutLines(await renderGolden(workspace.root));
    expect(found).toEqual(withoutLines(expectedOf(name)));
  });
  await fc.assert(check, { numRuns: 3 });
});

const cli = path.join(import.meta.dirname, "../../tools/cli/slipway.cjs");

/** Of a workspace, by the command, in a process of its own. */
function renderApart(root: string, cwd: string, env: NodeJS.ProcessEnv): void {
  const given = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env };
  const args = [cli, "ci", "render", path.relative(cwd, root) || "."];
  execFileSync(process.execPath, args, { cwd, env: given, stdio: "pipe" });
}

const machines = [
  { env: { LC_ALL: "C", TZ: "UTC" }, from: "." },
  { env: { LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", TZ: "Asia/Kathmandu" }, from: ".." },
  { env: { LANG: "de_DE.UTF-8", TZ: "America/St_Johns" }, from: "src" },
];

test.for(["awkward", "skipping", "release"])(
  "locale, time zone, working folder and the render before change nothing in the files of %s",
  (name) => {
    const { "diagnostics.txt": _told, ...expected } = expectedOf(name);
    for (const { env, from } of machines) {
      using workspace = makeGoldenWorkspace(name);
      const { root } = workspace;
      const folder = path.join(root, from);
      const read = (): Files =>
        Object.fromEntries(
          Object.keys(expected).map((file) => [file, readFileSync(path.join(root, file), "utf8")]),
        );
      const cwd = existsSync(folder) ? folder : root;
      renderApart(root, cwd, env);
      expect(read()).toEqual(expected);
      renderApart(root, cwd, env);
      expect(read()).toEqual(expected);
      // Without what the render before left on record.
      rmSync(path.join(root, ".slipway"), { recursive: true, force: true });
      renderApart(root, cwd, env);
      expect(read()).toEqual(expected);
    }
  },
);
