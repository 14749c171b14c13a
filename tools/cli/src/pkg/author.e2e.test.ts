import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";

const program = path.join(import.meta.dirname, "..", "..", "slipway.cjs");
let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "slipway-author-"));
  await mkdir(path.join(home, "demo"));
});
afterEach(async () => rm(home, { recursive: true, force: true }));

const at = (...names: readonly string[]) => path.join(home, "demo", ...names);
const rig = () => ({ cwd: at(), env: { ...process.env, HOME: home }, encoding: "utf8" }) as const;

function pkg(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "pkg", ...args], rig());
  return { status, stdout, stderr };
}

/** The same on a terminal where `typed` is typed. */
function typing(typed: string, ...args: readonly string[]) {
  const line = [process.execPath, program, "pkg", ...args].map((one) => `'${one}'`).join(" ");
  const { status, stdout } = spawnSync("script", ["-qec", line, "/dev/null"], {
    ...rig(),
    input: typed,
  });
  return { status, stdout };
}

const Json = z.looseObject({ schema: z.literal(1) });
const said = (text: string) => Json.parse(JSON.parse(text));
const manifest = async (): Promise<unknown> =>
  JSON.parse(await readFile(at("aigogo.json"), "utf8"));

test("a package from its beginning to the cache and out of it", async () => {
  await writeFile(at("agent.py"), "");
  expect(pkg("init").status).toBe(0);
  expect(pkg("init")).toMatchObject({ status: 1, stdout: "" });
  expect(said(pkg("add", "file", "*.py", "--json").stdout)).toMatchObject({
    cause: "files-listed",
    facts: { added: "*.py" },
  });
  expect(pkg("add", "dep", "requests", ">=2").status).toBe(0);
  expect(pkg("add", "dev", "pytest", ">=8").status).toBe(0);
  expect(pkg("rm", "dev", "pytest").status).toBe(0);
  expect(await manifest()).toMatchObject({
    dependencies: { runtime: [{ package: "requests", version: ">=2" }] },
    files: { include: ["*.py"] },
  });
  expect(said(pkg("build", "--json").stdout)).toMatchObject({
    facts: { package: "demo:0.1.1", version: "0.1.0 -> 0.1.1", files: 2 },
  });
  expect(said(pkg("list", "--json").stdout)).toMatchObject({
    packages: [
      {
        kind: "build",
        reference: "demo:0.1.1",
        manifest: { version: "0.1.1", language: "python", dependencies: 1 },
      },
    ],
  });
  expect(pkg("list").stdout).toMatch(/^package .*\ndemo:0\.1\.1 {2}build .* python +1\n$/s);
  expect(pkg("remove", "demo:0.1.1").status).toBe(0);
  expect(pkg("remove", "demo:0.1.1").status).toBe(1);
  expect(said(pkg("clean", "--all", "--json").stdout)).toMatchObject({ state: "unchanged" });
});

describe("without a terminal", () => {
  test.for([
    [["add", "file"], "at least one file path is required"],
    [["add", "dep"], "the name of the package is missing"],
    [["add", "dep", "requests"], "the version is missing"],
    [["rm", "dev"], "the name of the package is missing"],
    [["rm", "file"], "at least one file path is required"],
    [["completion", "ksh"], "no shell that is known: ksh"],
    [["remove"], "a word is missing"],
    [["add", "deps"], "unknown subcommand 'deps'"],
    [["login", "registry.example", "-u", "ada", "-p", "secret"], "-p reads it from the standard"],
    [["init", "--language", "cobol", "--force"], "no language that is known: cobol"],
  ] as const)("%j is not called as it can be", ([args, problem]) => {
    pkg("init");
    const { status, stdout, stderr } = pkg(...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(problem);
  });

  test("the cache is not emptied unless it is said so", async () => {
    pkg("init");
    await writeFile(at("agent.py"), "");
    pkg("add", "file", "agent.py");
    pkg("build", "demo:1");
    expect(pkg("remove-all")).toMatchObject({ status: 1, stdout: "" });
    expect(await readdir(path.join(home, ".aigogo", "cache"))).toEqual(["demo_1"]);
    expect(pkg("remove-all", "--yes").status).toBe(0);
    expect(await readdir(path.join(home, ".aigogo", "cache"))).toEqual([]);
  });

  test("names that would be other folders are refused", async () => {
    await mkdir(path.join(home, ".aigogo", "cache", "images"), { recursive: true });
    for (const name of ["..", ".", "", "images"]) {
      expect(pkg("remove", name)).toMatchObject({ status: 1, stdout: "" });
      expect(pkg("build", name, "--force")).toMatchObject({ status: 1, stdout: "" });
    }
    expect(await readdir(path.join(home, ".aigogo", "cache"))).toEqual(["images"]);
  });
});

describe("on a terminal", () => {
  test("a word that is missing is asked for", async () => {
    pkg("init");
    const added = typing("requests\n>=2\n", "add", "dep");
    expect(added.stdout).toContain("Package name: ");
    expect(added.stdout).toContain("Version constraint");
    expect(added.status).toBe(0);
    const removed = typing("requests\n", "rm", "dep");
    expect(removed.stdout).toContain("requests (>=2)");
    expect(removed.status).toBe(0);
    expect(await manifest()).not.toHaveProperty("dependencies");
  });

  test("the end of the input is no answer", () => {
    pkg("init");
    // What Ctrl-D sends.
    expect(typing("\u0004", "add", "dep").status).toBe(2);
  });
});
