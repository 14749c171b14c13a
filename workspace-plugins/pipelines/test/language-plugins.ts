import { execFile } from "node:child_process";
import { chmod, cp, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { digestOf, exists, hexOf, ok, replaceFolder } from "@slipway/signature";

const run = promisify(execFile);

const protocol = path.join(import.meta.dirname, "../../pipeline-sdk/proto");
const schemas = ["graph", "plugin"].map((name) => `slipway/pipelines/v1/${name}.proto`);

/** Answers with the program. Its tools are those of Go, by the sums of `go.sum`. */
export async function buildGoPlugin(): Promise<string> {
  return buildOnce("go-plugin", ["main.go", "go.mod", "go.sum", "buf.gen.yaml"], async (folder) => {
    const cwd = { cwd: folder };
    await run("buf", ["generate", protocol, "--template", "buf.gen.yaml"], cwd);
    await run("go", ["build", "-o", "plugin", "."], cwd);
  });
}

/** As `plugin.wasm`, for WASI preview 1. */
export async function buildWasmPlugin(): Promise<string> {
  const sources = ["main.go", "go.mod", "go.sum", "buf.gen.yaml"];
  const plugin = await buildOnce("go-wasm-plugin", sources, async (folder) => {
    const cwd = { cwd: folder };
    await run("buf", ["generate", protocol, "--template", "buf.gen.yaml"], cwd);
    const env = { ...process.env, GOOS: "wasip1", GOARCH: "wasm" };
    await run("go", ["build", "-o", "plugin.wasm", "."], { ...cwd, env });
  });
  return `${plugin}.wasm`;
}

export async function buildPythonPlugin(): Promise<string> {
  return buildOnce("python-plugin", ["plugin.py", "requirements.txt"], async (folder, place) => {
    const packages = path.join(folder, "packages");
    const install = ["-m", "pip", "install", "--quiet", "--target", packages];
    await run("python3", [...install, "-r", path.join(folder, "requirements.txt")]);
    const protoc = ["-m", "grpc_tools.protoc", "-I", protocol];
    const out = [`--python_out=${folder}`, `--grpc_python_out=${folder}`];
    const env = { ...process.env, PYTHONPATH: packages };
    await run("python3", [...protoc, ...out, ...schemas], { env });
    const program = path.join(folder, "plugin");
    const start = `PYTHONPATH=${place}/packages exec python3 ${place}/plugin.py`;
    await writeFile(program, `#!/bin/sh\n${start}\n`);
    await chmod(program, 0o755);
  });
}

/** Once a machine and source. `build` makes `plugin` in a folder that is then moved to its place. */
async function buildOnce(
  name: string,
  sources: readonly string[],
  build: (folder: string, place: string) => Promise<void>,
): Promise<string> {
  const source = path.join(import.meta.dirname, name);
  const files = [
    ...sources.map((file) => path.join(source, file)),
    ...schemas.map((file) => path.join(protocol, file)),
  ];
  const digests = await Promise.all(files.map(async (file) => digestOf(await readFile(file))));
  const key = hexOf(digestOf(Buffer.from(JSON.stringify(digests)))).slice(0, 16);
  const cache = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  const place = path.join(cache, "slipway", name, key);
  if (!(await exists(place))) {
    await replaceFolder(place, async (partial) => {
      await cp(source, partial, { recursive: true });
      await build(partial, place);
      return ok(undefined);
    });
  }
  return path.join(place, "plugin");
}
