import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf, hexOf } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureEnvironment } from "./environment.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { pythonIn } from "./python-environment.ts";
import type { Finished, RunProgram } from "../process.ts";

let home: string;
let commands: string[][];
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "slipway-envs-"));
  commands = [];
});
afterEach(async () => rm(home, { recursive: true, force: true }));

const integrity = digestOf("package");
const ended: Finished = { state: "ended", exitCode: 0, output: "" };

/** A pip that writes what an environment consists of, as far as we look at it. */
const pip: RunProgram = async (file, args, { cwd }) => {
  if (file === "uv") return { state: "not-started" };
  commands.push([path.basename(file), ...args]);
  if (args.includes("venv")) {
    const bin = path.join(cwd, ".venv", "bin");
    await mkdir(bin, { recursive: true });
    await writeFile(path.join(bin, "python"), "");
    await writeFile(path.join(bin, "tool"), `#!${bin}/python\n`, { mode: 0o755 });
  }
  return ended;
};

function optionsWith(given: Partial<EnvironmentOptions> = {}): EnvironmentOptions {
  return {
    key: "tool",
    integrity,
    language: "python",
    runtime: { program: "/usr/bin/python3", version: "3.11.7" },
    needs: [{ name: "requests", constraint: "^2.1", isOptional: false, wantedBy: "tool" }],
    filesFolder: "/store/files",
    home,
    isOffline: false,
    allowsBuilds: false,
    environment: {},
    run: pip,
    progress: () => {},
    signal: new AbortController().signal,
    ...given,
  };
}

const envs = () => path.join(home, ".aigogo", "envs", hexOf(integrity));
const litter = async () => (await readdir(envs())).filter((name) => name.includes("partial"));

test("is made once, whole, where nothing of it names the place where it was made", async () => {
  const [first, second] = await Promise.all([
    ensureEnvironment(optionsWith()),
    ensureEnvironment(optionsWith()),
  ]);
  if (!first?.ok) throw new Error(JSON.stringify(first));
  expect(second).toEqual(first);
  expect(commands.map(([file, , what]) => `${file} ${what}`)).toEqual([
    "python3 venv",
    "python pip",
  ]);
  expect(await readFile(path.join(first.value, "requirements.txt"), "utf8")).toBe(
    "requests>=2.1,<3\n",
  );
  const tool = await readFile(path.join(first.value, ".venv/bin/tool"), "utf8");
  expect(tool).toBe(`#!${pythonIn(first.value)}\n`);
  expect(await litter()).toEqual([]);
});

test("dependencies run no code of theirs while they are installed, unless they are let", async () => {
  await ensureEnvironment(optionsWith());
  expect(commands.at(-1)).toContain("--only-binary");
  const builds = optionsWith({ allowsBuilds: true, integrity: digestOf("other") });
  await ensureEnvironment(builds);
  expect(commands.at(-1)).not.toContain("--only-binary");
  const npm: RunProgram = async (file, args) => {
    commands.push([file, ...args]);
    return ended;
  };
  await ensureEnvironment(optionsWith({ language: "javascript", run: npm }));
  expect(commands.at(-1)).toEqual(expect.arrayContaining(["npm", "--ignore-scripts"]));
});

test("another Python has an environment of its own", async () => {
  const one = await ensureEnvironment(optionsWith());
  const runtime = { program: "/usr/bin/python3.12", version: "3.12.0" };
  const other = await ensureEnvironment(optionsWith({ runtime }));
  expect([one.ok, other.ok, other]).toEqual([true, true, expect.not.objectContaining(one)]);
});

test("one whose Python has gone is made again", async () => {
  const made = await ensureEnvironment(optionsWith());
  if (!made.ok) throw new Error("not made");
  await rm(pythonIn(made.value));
  expect(await ensureEnvironment(optionsWith())).toEqual(made);
  expect(commands).toHaveLength(4);
});

test("one that is made again has the versions that were chosen first, by their hashes", async () => {
  const hash = "a".repeat(64);
  const metadata = { name: "requests", version: "2.31.0" };
  const download_info = { archive_info: { hashes: { sha256: hash } } };
  const reporting: RunProgram = async (file, args, options) => {
    const report = args[args.indexOf("--report") + 1];
    if (args.includes("--report") && report !== undefined) {
      await writeFile(report, JSON.stringify({ install: [{ metadata, download_info }] }));
    }
    return pip(file, args, options);
  };
  const made = await ensureEnvironment(optionsWith({ run: reporting }));
  if (!made.ok) throw new Error("not made");
  const chosen = `requests==2.31.0 --hash=sha256:${hash}\n`;
  expect(await readFile(`${made.value}.requirements.txt`, "utf8")).toBe(chosen);
  await rm(made.value, { recursive: true });
  expect(await ensureEnvironment(optionsWith({ run: reporting }))).toEqual(made);
  expect(commands.at(-1)).toEqual(
    expect.arrayContaining(["--only-binary", "--require-hashes", "-r"]),
  );
  expect(await readFile(path.join(made.value, "locked.txt"), "utf8")).toBe(chosen);
});

test("a pip that cannot say what it chose installs all the same, and nothing is written down", async () => {
  const old: RunProgram = async (file, args, options) => {
    const output = "no such option: --report";
    if (args.includes("--report")) return { state: "ended", exitCode: 2, output };
    return pip(file, args, options);
  };
  const made = await ensureEnvironment(optionsWith({ run: old }));
  expect(made.ok).toBe(true);
  expect((await readdir(envs())).filter((name) => name.endsWith(".txt"))).toEqual([]);
});

test.each<[string, Finished, string]>([
  ["fails", { state: "ended", exitCode: 1, output: "no such version" }, "environment-failed"],
  ["takes too long", { state: "timed-out" }, "environment-failed"],
  ["is stopped", { state: "stopped" }, "environment-stopped"],
])("an installation that %s leaves nothing", async (_, end, reason) => {
  const run: RunProgram = async (file, args, options) => {
    const done = await pip(file, args, options);
    return args.includes("pip") ? end : done;
  };
  expect(await ensureEnvironment(optionsWith({ run }))).toMatchObject({ failure: { reason } });
  expect((await readdir(envs())).filter((name) => !name.endsWith(".lock"))).toEqual([]);
});

test("offline, nothing is installed", async () => {
  expect(await ensureEnvironment(optionsWith({ isOffline: true }))).toEqual({
    ok: false,
    failure: { reason: "environment-missing", key: "tool" },
  });
  expect(commands).toEqual([]);
});

test.each(["==1.0\n--index-url http://127.0.0.1/", ">=1; python_version > '3'\n-e ."])(
  "no version of a dependency is an option of pip's: %j",
  async (constraint) => {
    const needs = [{ name: "requests", constraint, isOptional: false, wantedBy: "tool" }];
    expect(await ensureEnvironment(optionsWith({ needs }))).toMatchObject({
      failure: { reason: "dependency-unreadable" },
    });
    expect(commands).toEqual([]);
  },
);
