import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { addPackage, packPackage, pushPackage, storeIn } from "@slipway/packages";
import { openUserRegistry } from "@slipway/registry";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { issuer, serveTokens, service } from "@slipway/registry/token-server";
import type { TokenServer } from "@slipway/registry/token-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runGithubJob, runScript } from "../../test/ci-machine.ts";
import type { Machine } from "../../test/ci-machine.ts";
import { dockerStages, githubSteps, gitlabJob } from "../../test/recipes.ts";
import type { Stage } from "../../test/recipes.ts";

// The steps of examples/ci-recipes, taken from those files and run by real shells with a real npm, pip, Python and Node
// against Docker Distribution, which lets nobody in without a password. What an image, a cache action or an artefact
// would do is done by copying folders; a stage of the Dockerfile is a root of its own under bubblewrap, since there may
// be no engine.

const runProgram = promisify(execFile);
const repository = path.join(import.meta.dirname, "../../../..");
const python = execFileSync("python3", ["-c", "import sys; print(sys.base_prefix)"], {
  encoding: "utf8",
}).trim();

let root: string;
let tokens: TokenServer;
let registry: RegistryRig;
let known: Readonly<Record<string, string>>;

const at = (...names: readonly string[]) => path.join(root, ...names);
const wheels = () => at("wheels");
const programs = () => at("programs");

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-recipes-"));
  tokens = await serveTokens(root);
  const { realm, certificateFile } = tokens;
  registry = await startRegistryRig({ realm, service, issuer, certificateFile });
  const packed = execFileSync(process.execPath, ["scripts/pack-cli.ts", root], {
    cwd: repository,
    encoding: "utf8",
  });
  known = {
    SLIPWAY_PACKAGE: packed.trim(),
    AGENT_REGISTRY: registry.host,
    REGISTRY_USER: "ada",
    REGISTRY_TOKEN: "engine",
  };
  mkdirSync(programs());
  symlinkSync(process.execPath, path.join(programs(), "node"));
  makeWheel();
  await publishAll();
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await tokens[Symbol.asyncDispose]();
  execFileSync("chmod", ["-R", "u+w", root]);
  rmSync(root, { recursive: true });
});

/** `counting` 1.2.0 with one function, for pip to find without a network. */
function makeWheel(): void {
  const code = `
import sys, zipfile
name = "counting-1.2.0"
with zipfile.ZipFile(f"{sys.argv[1]}/{name}-py3-none-any.whl", "w") as wheel:
    wheel.writestr("counting.py", "def pairs(text): return sorted((w, text.split().count(w)) for w in set(text.split()))\\n")
    wheel.writestr(f"{name}.dist-info/METADATA", "Metadata-Version: 2.1\\nName: counting\\nVersion: 1.2.0\\n")
    wheel.writestr(f"{name}.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{name}.dist-info/RECORD", "")
`;
  mkdirSync(wheels());
  execFileSync("python3", ["-c", code, wheels()]);
}

async function publishAll(): Promise<void> {
  const { signal } = new AbortController();
  const packages = at("packages");
  cpSync(path.join(repository, "examples/packages"), packages, { recursive: true });
  mkdirSync(path.join(packages, "word-table"));
  write("packages/word-table/__init__.py", "from .table import table\n");
  write(
    "packages/word-table/table.py",
    "import counting\n\ndef table(text):\n    return counting.pairs(text)\n",
  );
  write(
    "packages/word-table/aigogo.json",
    JSON.stringify({
      name: "word-table",
      version: "2.0.0",
      language: { name: "python", version: ">=3.9" },
      dependencies: { runtime: [{ package: "counting", version: "^1.1" }] },
      files: { include: ["*.py"] },
    }),
  );
  write("publisher/.aigogo/auth.json", authOf("ada:engine"));
  const client = openUserRegistry({ home: at("publisher"), environment: {} });
  mkdirSync(at("project"));
  for (const [name, version] of [
    ["text-tools", "1.0.0"],
    ["slugify", "1.0.0"],
    ["word-table", "2.0.0"],
  ] as const) {
    await packPackage({ workspaceRoot: packages, projectRoot: name, signal });
    const to = `${registry.host}/team/${name}`;
    const packFolder = path.join(packages, name, "dist/pack");
    const pushed = await pushPackage({ packFolder, repository: to, registry: client });
    expect(pushed).toMatchObject({ ok: true });
    const lockFile = at("project/aigogo.lock");
    const reference = `${to}:${version}`;
    const store = storeIn(at("publisher"));
    const added = await addPackage({ reference, lockFile, store, registry: client, signal });
    expect(added).toMatchObject({ ok: true });
  }
  write(
    "project/app.py",
    `from aigogo.text_tools import word_count
from aigogo.word_table import table
print("python", word_count("a b a"), table("a b a"))
`,
  );
  write("project/app.js", 'console.log("node", require("@aigogo/slugify").slugify("A b"));\n');
  write(
    "project/pyproject.toml",
    `[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "app"
version = "1"

`,
  );
  write("project/backend.py", buildBackend);
}

/** The least that pip builds a project with (PEP 660): it tells pip what pyproject.toml says. */
const buildBackend = `
import os, zipfile
try:
    import tomllib
except ImportError:
    from pip._vendor import tomli as tomllib

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    with open("pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    lines = ["Metadata-Version: 2.1", "Name: app", "Version: 1"]
    for extra, needs in project["optional-dependencies"].items():
        lines += [f"Provides-Extra: {extra}"] + [f"Requires-Dist: {need}; extra == '{extra}'" for need in needs]
    name = "app-1-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        wheel.writestr("app.pth", os.getcwd())
        wheel.writestr("app-1.dist-info/METADATA", "\\n".join(lines) + "\\n")
        wheel.writestr("app-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("app-1.dist-info/RECORD", "")
    return name
`;

function write(file: string, content: string): void {
  mkdirSync(path.dirname(at(file)), { recursive: true });
  writeFileSync(at(file), content);
}

function authOf(user: string): string {
  const auth = Buffer.from(user).toString("base64");
  return JSON.stringify({ auths: { [registry.host]: { auth } } });
}

/** A machine of its own with a copy of the project, as a checkout gives it. */
function machineOf(name: string): Machine {
  const project = at(name, "project");
  cpSync(at("project"), project, { recursive: true });
  const npm = at(name, "npm");
  return {
    home: at(name, "home"),
    project,
    path: [path.join(npm, "bin"), programs(), path.join(python, "bin"), "/usr/bin", "/bin"],
    environment: { ...machineEnvironment(), NPM_CONFIG_PREFIX: npm },
  };
}

/** Neither npm nor pip may ask an index. */
function machineEnvironment(): Readonly<Record<string, string>> {
  return {
    NPM_CONFIG_OFFLINE: "true",
    PIP_NO_INDEX: "1",
    PIP_FIND_LINKS: wheels(),
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
  };
}

const python3 = "python 3 [('a', 2), ('b', 1)]";

test("GitHub Actions: a job logs in, installs, tests and leaves an artefact that needs no store", async () => {
  const machine = machineOf("github");
  const done = await runGithubJob(machine, githubSteps(known), at("github", "runner"));
  const said = (name: string) => done.find((step) => step.name === name)?.output ?? "";
  expect(said("Install agent packages")).toContain("✓ Installed 3 package(s) (3 fetched)");
  expect(said("Install what the packages need")).toContain("counting-1.2.0");
  expect(said("Run tests")).toBe(`${python3}\nnode a-b\n`);
  // The password is in nobody's output.
  expect(done.some(({ output }) => output.includes(known["REGISTRY_TOKEN"] ?? ""))).toBe(false);

  mkdirSync(at("elsewhere"));
  const environment = { ...machine.environment, PYTHONPATH: "dist/aigogo-imports" };
  const elsewhere = { ...machine, home: at("nobody"), project: at("elsewhere"), environment };
  const unpack = `tar -xzf ${machine.project}/artifact.tar.gz
python3 -c 'from aigogo.text_tools import word_count; print(word_count("a b"))'
NODE_PATH=dist/aigogo-imports node dist/app.js`;
  rmSync(path.join(machine.project, ".aigogo"), { recursive: true });
  const ran = await runScript(elsewhere, { name: "artefact", script: unpack });
  expect(ran.output).toBe("2\nnode a-b\n");
});

test("GitHub Actions: without the login the registry refuses, and says to whom", async () => {
  const machine = machineOf("stranger");
  const steps = githubSteps(known).filter(({ name }) => !name.startsWith("Log in"));
  await expect(runGithubJob(machine, steps, at("stranger", "runner"))).rejects.toThrow(
    /Install agent packages failed[^]*check the credentials for this registry/,
  );
});

test("Dockerfile: the second stage has packages and what they need, and neither Node nor a network nor the password", async ({
  skip,
}) => {
  if (!canIsolate()) skip("bubblewrap makes no root of its own here");
  write("docker/auth.json", authOf("ada:engine"));
  const built = new Map<string, string>();
  const stages = dockerStages();
  let output = "";
  for (const [index, stage] of stages.entries()) {
    const folder = at("docker", String(index));
    if (stage.name !== undefined) built.set(stage.name, folder);
    const isSealed = index === stages.length - 1;
    output = await buildStage(stage, { folder, built, isSealed });
  }
  expect(output).toBe(`${python3}\n`);
  const last = at("docker", String(stages.length - 1));
  expect(existsSync(path.join(last, "root/.aigogo/auth.json"))).toBe(false);
});

function canIsolate(): boolean {
  try {
    execFileSync("bwrap", ["--ro-bind", "/", "/", "--unshare-net", "true"], { stdio: "ignore" });
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return false;
  }
}

type Building = {
  readonly folder: string;
  /** Folders of the stages before, by their names. */
  readonly built: ReadonlyMap<string, string>;
  /** Without Node, npm and a network. */
  readonly isSealed: boolean;
};

/** `/app` and `/root` are the stage's own; answers with what its command, or else its last step, printed. */
async function buildStage(stage: Stage, building: Building): Promise<string> {
  const { folder, built, isSealed } = building;
  for (const own of ["app", "root", "npm"]) mkdirSync(path.join(folder, own), { recursive: true });
  if (isSealed) execFileSync("python3", ["-m", "venv", path.join(folder, "venv")]);
  const environment: Record<string, string> = { SLIPWAY_PACKAGE: known["SLIPWAY_PACKAGE"] ?? "" };
  let output = "";
  for (const step of stage.instructions) {
    switch (step.word) {
      case "ENV":
        environment[step.name] = step.value;
        break;
      case "COPY": {
        const from = step.from === undefined ? at("project") : built.get(step.from);
        const to = path.join(folder, step.to.startsWith("/") ? step.to : path.join("app", step.to));
        cpSync(path.join(from ?? "", step.source), path.join(to, copiedAs(step.source, step.to)), {
          recursive: true,
          verbatimSymlinks: true,
        });
        break;
      }
      case "RUN": {
        const secret = step.secret === undefined ? [] : [at("docker/auth.json"), step.secret];
        output = await inRoot(building, ["bash", "-e", "-c", step.script], environment, secret);
        break;
      }
      case "CMD":
        output = await inRoot(building, step.command, environment, []);
    }
  }
  return output;
}

/** A file copied to a folder keeps its name; all else becomes what it is copied to. */
function copiedAs(source: string, to: string): string {
  return to === "." && source !== "." ? path.basename(source) : "";
}

async function inRoot(
  { folder, isSealed }: Building,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  secret: readonly string[],
): Promise<string> {
  const folders = ["app", "root", "npm"].flatMap((name) => [
    "--bind",
    path.join(folder, name),
    `/${name}`,
  ]);
  const node = path.dirname(process.execPath);
  const tools = isSealed ? [] : ["--ro-bind", node, "/node"];
  const known_ = ["--ro-bind", root, root, "--ro-bind", python, python];
  // The environment that pip installs into, at its own path.
  const venv = path.join(folder, "venv");
  const writable = isSealed ? ["--bind", venv, venv, "--unshare-net"] : [];
  const places = isSealed ? [path.join(venv, "bin")] : ["/npm/bin", "/node"];
  const set = Object.entries({
    ...machineEnvironment(),
    ...environment,
    NPM_CONFIG_PREFIX: "/npm",
    HOME: "/root",
    PATH: [...places, "/usr/bin", "/bin"].join(":"),
  }).flatMap(([name, value]) => ["--setenv", name, value]);
  const system = ["--ro-bind", "/usr", "/usr", "--ro-bind", "/etc", "/etc"];
  const links = ["bin", "lib", "lib64"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]);
  const mounts = [...system, ...links, "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"];
  const bound = secret.length === 0 ? [] : ["--ro-bind", ...secret];
  const own = [...folders, ...tools, ...known_, ...writable, ...bound];
  const words = [...mounts, ...own, "--clearenv", ...set, "--chdir", "/app", ...command];
  return (await runProgram("bwrap", words)).stdout;
}

test("GitLab: real files and what pip needs go to the next job, the store into the cache; the second run asks nobody", async () => {
  const machine = machineOf("gitlab");
  const job = gitlabJob("packages", machine.project);
  const withKnown = { ...machine, environment: { ...machine.environment, ...known } };
  const first = await runScript(withKnown, job.step);
  expect(first.output).toContain("✓ Installed 3 package(s) (3 fetched)");

  const next = machineOf("gitlab-test");
  for (const each of job.artifacts) {
    const options = { recursive: true, force: true };
    cpSync(path.join(machine.project, each), path.join(next.project, each), options);
  }
  const venv = at("gitlab-test/venv");
  execFileSync("python3", ["-m", "venv", venv]);
  const inPython = { ...next, path: [path.join(venv, "bin"), ...next.path] };
  const tested = await runScript(inPython, gitlabJob("test", next.project).step);
  expect(tested.output).toContain("counting-1.2.0");
  expect(tested.output.trimEnd().split("\n").at(-1)).toBe(python3);

  const again = machineOf("gitlab-again");
  for (const each of job.cached) {
    const from = path.join(machine.project, each);
    cpSync(from, path.join(again.project, each), { recursive: true });
  }
  const { step } = gitlabJob("packages", again.project);
  // A login asks the registry; all else may not.
  const script = step.script
    .split("\n")
    .filter((line) => !line.includes("pkg login"))
    .join("\n");
  const counted = await withoutRegistry(async () =>
    runScript({ ...again, environment: { ...again.environment, ...known } }, { ...step, script }),
  );
  expect(counted.value.output).toContain("✓ Installed 3 package(s) (0 fetched)");
  // No virtual environment is active there.
  expect(counted.value.output).toContain("Python: export PYTHONPATH=");
  expect(counted.connections).toBe(0);
});

/** The registry is away meanwhile, and somebody counts who calls at its door. */
async function withoutRegistry<Value>(
  work: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly connections: number }> {
  await registry[Symbol.asyncDispose]();
  let connections = 0;
  const door = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => void door.listen(registry.port, "localhost", resolve));
  try {
    return { value: await work(), connections };
  } finally {
    await new Promise((resolve) => void door.close(resolve));
  }
}
