import { execFileSync, spawnSync } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openMatrixRig } from "@slipway/images/matrix-rig";
import type { MatrixRig } from "@slipway/images/matrix-rig";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

// A workspace in git that was built and pushed to a real Docker Distribution once; each test has a clone of its own, in
// which nothing was built.

const program = path.join(import.meta.dirname, "..", "..", "slipway.cjs");

let built: MatrixRig;
let server: RegistryRig;
let root: string;

beforeAll(async () => {
  server = await startRegistryRig();
  built = await openMatrixRig();
  await built.write({ ".gitignore": "dist\n.slipway\n" });
  await built.build();
  await built.push(`${server.host}/agents`);
  git(built.root, "init", "--quiet", "--initial-branch=main");
  git(built.root, "add", "--all");
  git(built.root, "commit", "--quiet", "--message=start");
});
afterAll(async () => {
  await built[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-matrix-clone-"));
  execFileSync("git", ["clone", "--quiet", built.root, at("workspace")]);
});
afterEach(async () => rm(root, { recursive: true, force: true }));

const at = (...names: readonly string[]) => path.join(root, ...names);

function git(folder: string, ...args: readonly string[]): void {
  const identity = ["-c", "user.name=ci", "-c", "user.email=ci@localhost"];
  execFileSync("git", [...identity, ...args], { cwd: folder });
}

function slipway(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: at("workspace"),
    env: { PATH: process.env["PATH"], HOME: at("home") },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const Matrix = z.strictObject({
  include: z.array(z.record(z.string().regex(/^[a-z]+$/), z.string())),
});

/** What GitHub would make jobs of: image and architecture each, and why. */
function jobs(...args: readonly string[]): readonly string[] {
  const { status, stdout, stderr } = slipway("agent", "matrix", ...args, "--json");
  expect({ status, stderr }).toMatchObject({ status: 0 });
  // `echo "matrix=$(…)" >> $GITHUB_OUTPUT` takes one line.
  expect(stdout.trimEnd()).not.toContain("\n");
  return jobsIn(stdout);
}

function jobsIn(text: string): readonly string[] {
  const { include } = Matrix.parse(JSON.parse(text));
  return include.map(({ kind, image, arch, reason }) => `${kind} ${image} ${arch}: ${reason}`);
}

const Recipe = z.object({
  jobs: z.record(
    z.string(),
    z.object({
      steps: z.array(z.object({ name: z.string().optional(), run: z.string().optional() })),
    }),
  ),
});

/** Runs a step of the recipe as a job of GitHub does, with a `npx` that knows this program. */
async function step(job: string, name: string, environment: Readonly<Record<string, string>>) {
  const file = path.join(program, "../../../examples/ci-recipes/github-images.yml");
  const { jobs: all } = Recipe.parse(parse(await readFile(file, "utf8")));
  const script = all[job]?.steps.find((one) => one.name === name)?.run;
  if (script === undefined) throw new Error(`the recipe has no step ${name}`);
  const npx = at("programs", "npx");
  await mkdir(path.dirname(npx), { recursive: true });
  await writeFile(npx, `#!/bin/sh\nshift\nexec "${process.execPath}" "${program}" "$@"\n`);
  await chmod(npx, 0o755);
  const variables = {
    HOME: at("home"),
    GITHUB_OUTPUT: at("output"),
    PATH: `${at("programs")}:${process.env["PATH"]}`,
  };
  execFileSync("bash", ["-e", "-o", "pipefail", "-c", script], {
    cwd: at("workspace"),
    env: { ...variables, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

const published = () => ["--published", `${server.host}/agents`];
const onArm = [
  "build slipway/tool:tiny arm64: not in the registry",
  "test slipway/local:tiny arm64: nothing to compare with",
];
const local = [
  "test slipway/local:more amd64: nothing to compare with",
  "test slipway/local:tiny amd64: nothing to compare with",
];

async function edit(file: string, text: string): Promise<void> {
  await writeFile(at("workspace", file), text);
}

test("a fresh clone has no job for what a registry has, and one for what another machine has to build", async () => {
  expect(jobs(...published()).toSorted()).toEqual([...local, ...onArm].toSorted());
  await edit("agents/tool/install.sh", "#!/bin/sh\nother\n");
  expect(jobs(...published()).toSorted()).toEqual(
    [
      ...local,
      ...onArm,
      "build slipway/tool:tiny amd64: definition has changed",
      "build slipway/tool:more amd64: definition has changed",
      "build slipway/extended:tool--more--marker--own amd64: base definition has changed",
    ].toSorted(),
  );
  expect(jobs(...published(), "--arch", "arm64").toSorted()).toEqual(onArm.toSorted());
  expect(slipway("agent", "matrix", "--arch", "riscv").status).toBe(2);
  expect(jobs(...published(), "--bases")).toEqual([
    "build slipway/base:tiny arm64: not in the registry",
  ]);
});

test("with a revision there are jobs for what its files had otherwise, and none is legal too", async () => {
  expect(slipway("agent", "matrix", "--base", "HEAD", "--json")).toEqual({
    status: 0,
    stdout: '{"include":[]}\n',
    stderr: "",
  });
  await edit("agents/local/version.sh", "echo 2.0.0\n");
  expect(jobs("--base", "HEAD").toSorted()).toEqual([
    "test slipway/local:more amd64: definition has changed",
    "test slipway/local:tiny amd64: definition has changed",
    "test slipway/local:tiny arm64: definition has changed",
  ]);
  expect(slipway("agent", "matrix", "--base", "no-such-revision").status).toBe(1);
  // Nothing of the checkout is left.
  const worktrees = execFileSync("git", ["worktree", "list"], {
    cwd: at("workspace"),
    encoding: "utf8",
  });
  expect(worktrees.trim().split("\n")).toHaveLength(1);
});

test("a registry that does not answer is said, and makes no job", () => {
  const nobody = ["--published", "localhost:9/agents", "--tested", "none"];
  const { status, stdout, stderr } = slipway("agent", "matrix", ...nobody, "--json");
  expect(status).toBe(0);
  const { include } = Matrix.parse(JSON.parse(stdout));
  expect(include.map(({ kind }) => kind)).toEqual(["test", "test", "test"]);
  expect(stderr).toContain("slipway/tool:tiny linux/amd64 is not known");
});

test("a broken definition is told beside the jobs of the others, and fails", async () => {
  await edit("agents/tool/agent.yml", "speed: 1\n");
  const { status, stdout, stderr } = slipway("agent", "matrix", "--json");
  expect(status).toBe(1);
  expect(stderr).toContain("agents/tool/agent.yml is not what it has to be");
  const { include } = Matrix.parse(JSON.parse(stdout));
  expect(new Set(include.map(({ agent }) => agent))).toEqual(new Set(["local"]));
});

test("what has passed in one job is no job of the next run, until it changes", async () => {
  expect(slipway("smoke", "keys", "init").status).toBe(0);
  await cp(at("workspace/.slipway/trust"), at("workspace/trust"), { recursive: true });
  const check = () => slipway("agent", "tested", "check");
  expect(check()).toMatchObject({ status: 1 });
  expect(slipway("agent", "tested", "record", "local:tiny").stderr).toContain("has not been built");
  // The job's build.
  for (const layout of ["bases/tiny/dist", "bases/more/dist", "agents/local/dist"]) {
    await cp(path.join(built.root, layout), at("workspace", layout), { recursive: true });
  }
  for (const base of ["tiny", "more"]) {
    const record = ["agent", "tested", "record", `local:${base}`, "--tested", `${base}.jsonl`];
    expect(slipway(...record)).toMatchObject({ status: 0 });
  }
  expect(slipway("agent", "tested", "merge", "tiny.jsonl", "more.jsonl")).toMatchObject({
    status: 0,
  });
  const record = await readFile(at("workspace/slipway.tested.jsonl"), "utf8");
  expect(record.trimEnd().split("\n")).toHaveLength(2);
  // The next run: another clone, with the record and the trust that were committed.
  for (const folder of ["bases/tiny/dist", "bases/more/dist", "agents/local/dist", ".slipway"]) {
    await rm(at("workspace", folder), { recursive: true });
  }
  const tested = ["--tested", "slipway.tested.jsonl"];
  const never = "test slipway/local:tiny arm64: never tested";
  expect(jobs(...published(), ...tested).filter((job) => job.startsWith("test"))).toEqual([never]);
  expect(check().stdout).toContain("arm64");
  await edit("agents/local/install.sh", "#!/bin/sh\nother\n");
  expect(jobs(...published(), ...tested)).toContain(
    "test slipway/local:tiny amd64: definition has changed",
  );
  // A record by nobody that is trusted counts as none, and that is said.
  await rm(at("workspace/trust"), { recursive: true });
  const distrusted = slipway("agent", "matrix", ...tested, "--json");
  expect(distrusted.status).toBe(0);
  expect(distrusted.stderr).toContain("slipway.tested.jsonl:1 does not count");
  const { include } = Matrix.parse(JSON.parse(distrusted.stdout));
  expect(include.map(({ reason }) => reason)).toContain("never tested");
});

test("the steps of the recipe plan, note and merge", async () => {
  const planned = async () => {
    await rm(at("output"), { force: true });
    await step("plan", "Plan", { IMAGES: `${server.host}/agents` });
    const [name = "", matrix = ""] = (await readFile(at("output"), "utf8")).trim().split("=", 2);
    expect(name).toBe("matrix");
    return jobsIn(matrix).filter((job) => job.includes("amd64"));
  };
  const never = ["slipway/local:tiny", "slipway/local:more"];
  expect((await planned()).toSorted()).toEqual(
    never.map((image) => `test ${image} amd64: never tested`).toSorted(),
  );
  // A key that the workspace trusts, as a secret of the repository has it.
  expect(slipway("smoke", "keys", "init").status).toBe(0);
  const key = await readFile(at("home/.config/slipway/ed25519.pem"), "utf8");
  await rm(at("home/.config"), { recursive: true });
  for (const layout of ["bases/tiny/dist", "bases/more/dist", "agents/local/dist"]) {
    await cp(path.join(built.root, layout), at("workspace", layout), { recursive: true });
  }
  for (const [at_, image] of never.entries()) {
    await step("image", "Note that it passed", { SIGNING_KEY: key, IMAGE: image, ARCH: "amd64" });
    const artefact = at("workspace/passed", `passed-${at_}`, "passed-amd64.jsonl");
    await cp(at("workspace/passed-amd64.jsonl"), artefact);
    await rm(at("workspace/passed-amd64.jsonl"));
  }
  await step("passed", "Merge", {});
  expect(await planned()).toEqual([]);
  await rm(at("workspace/passed"), { recursive: true });
  await step("passed", "Merge", {});
});
