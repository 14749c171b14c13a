import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generateJobs } from "../scripts/bench/job-graphs.ts";

const program = path.join(import.meta.dirname, "..", "tools", "cli", "slipway.cjs");
let root: string;

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-jobs-e2e-"));
  generateJobs(root, 12);
  execFileSync("git", ["init", "-q"], { cwd: root });
});
afterAll(() => rmSync(root, { recursive: true }));

type Answer = { readonly code: number | null; readonly lines: readonly string[] };

function ask(words: readonly string[], env: Readonly<Record<string, string>> = {}): Answer {
  const ran = spawnSync(process.execPath, [program, "signature", ...words], {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  return { code: ran.status, lines: `${ran.stdout}${ran.stderr}`.trimEnd().split("\n") };
}

/** The jobs of which the table says more than that they are unchanged. */
function told({ lines }: Answer): readonly string[] {
  return lines.filter((line) => !line.endsWith("  unchanged"));
}

test("jobs are told against their last recorded success, without Nx", () => {
  expect(told(ask([])).at(-1)).toBe("12 without a success on record");
  expect(told(ask(["--record"])).slice(-2)).toEqual([
    "12 without a success on record",
    "recorded: from now on these are what each job is compared with",
  ]);
  const again = ask([]);
  expect(again.code).toBe(0);
  expect(told(again)).toEqual(["12 unchanged"]);
  expect(again.lines).toHaveLength(13);
});

test("a changed file is named, and what needs its job changed with it", () => {
  appendFileSync(path.join(root, "packages/p0009/src/m0/f1.ts"), "// more\n");
  expect(told(ask(["cig.toml"]))).toEqual([
    expect.stringMatching(
      /^fleet:p0009 {2}[0-9a-f]{12} {2}changed: packages\/p0009\/src\/m0\/f1\.ts has other content$/,
    ),
    expect.stringMatching(/^fleet:p0011 {2}[0-9a-f]{12} {2}changed: .*p0009/),
    "10 unchanged, 2 changed",
  ]);
  ask(["--record"]);
  expect(told(ask([]))).toEqual(["12 unchanged"]);
});

test("all of it is there for machines, the same bytes each time", () => {
  const { code, lines } = ask(["--json"]);
  expect(code).toBe(0);
  expect(ask(["--json", "."]).lines).toEqual(lines);
  const answer: unknown = JSON.parse(lines.join("\n"));
  expect(answer).toMatchObject({ file: "cig.toml", unchanged: 12, changed: [], notRecorded: [] });
  expect(Object.keys((answer as { readonly jobs: object }).jobs)).toHaveLength(12);
});

test("another salt changes all, and nothing is written where the record says the same", () => {
  expect(told(ask([], { SLIPWAY_SALT: "x" })).at(-1)).toBe("12 changed");
  const before = readdirSync(path.join(root, ".slipway/jobs/cig.toml"));
  ask(["--record"]);
  expect(readdirSync(path.join(root, ".slipway/jobs/cig.toml"))).toEqual(before);
});

test("a file that is not there and one that is no pipeline are told, and nothing else", () => {
  const gone = ask(["nowhere.toml"]);
  expect(gone.code).toBe(1);
  expect(gone.lines.join("\n")).toMatch(/^✗ there is no nowhere\.toml\n/);
  const none = ask(["package.json"]);
  expect(none.code).toBe(1);
  expect(none.lines.join("\n")).toContain("package.json is no pipeline");
  expect(ask(["a", "b"]).code).toBe(1);
});
