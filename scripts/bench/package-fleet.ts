import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { packFolder, packPackage, pushPackage, readPacked } from "@slipway/packages";
import { openRegistry } from "@slipway/registry";
import { answer, serveMemory } from "@slipway/registry/memory-registry";
import type { MemoryRegistry } from "@slipway/registry/memory-registry";
import type { Result } from "@slipway/signature";
import type { Bench } from "./bench.ts";
import type { Command } from "./processes.ts";

export type FleetShape = {
  readonly packages: number;
  readonly files: number;
  readonly sizeBytes: number;
};

/** Packages in a registry of this process, half of them Python and half JavaScript, and the text of a lock of all. */
export type PackageFleet = AsyncDisposable & {
  readonly registry: MemoryRegistry;
  readonly lock: string;
  /** From now on each answer comes so much later. */
  readonly delay: (ms: number) => void;
};

const version = "1.0.0";

export async function openFleet(bench: Bench, shape: FleetShape): Promise<PackageFleet> {
  const registry = await serveMemory();
  const folder = mkdtempSync(path.join(bench.folder, "fleet-"));
  const lock = path.join(folder, "aigogo.lock");
  const client = openRegistry({ signal: bench.signal });
  const locked: Record<string, object> = {};
  for (let index = 0; index < shape.packages; index += 1) {
    const { name, language, files } = writePackage(folder, index, shape);
    const made = { workspaceRoot: folder, projectRoot: name, signal: bench.signal };
    valueOf(await packPackage(made));
    const repository = `${registry.host}/bench/${name}`;
    const packed = path.join(folder, name, packFolder);
    valueOf(await pushPackage({ packFolder: packed, repository, registry: client }));
    const { integrity } = valueOf(await readPacked(packed)).receipt;
    const source = `${repository}:${version}`;
    locked[name] = { version, integrity, source, language, files };
    rmSync(path.join(folder, name), { recursive: true });
  }
  // As `slipway pkg add` writes it.
  writeFileSync(lock, `${JSON.stringify({ version: 1, packages: locked }, undefined, 2)}\n`);
  return {
    registry,
    lock,
    delay: (ms) =>
      registry.misbehave(
        /./,
        (reply, response) => void setTimeout(() => answer(reply(), response), ms),
      ),
    [Symbol.asyncDispose]: registry[Symbol.asyncDispose],
  };
}

/** `slipway pkg install` in a project, with a store of its own. */
export function installOf(project: string, home: string): Command {
  return { words: ["slipway", "pkg", "install"], folder: project, environment: { HOME: home } };
}

export function expectInstalled(packages: number): (output: string) => string | undefined {
  const wanted = `✓ Installed ${packages} package(s)`;
  return (output) => (output.includes(wanted) ? undefined : `it did not say "${wanted}"`);
}

type Written = {
  readonly name: string;
  readonly language: string;
  readonly files: readonly string[];
};

function writePackage(folder: string, index: number, shape: FleetShape): Written {
  const name = `p${String(index).padStart(4, "0")}`;
  const [language, extension] =
    index % 2 === 0 ? (["python", "py"] as const) : (["javascript", "cjs"] as const);
  const files = Array.from({ length: shape.files }, (_, file) =>
    file === 0 ? `index.${extension}` : `lib/f${file}.${extension}`,
  );
  mkdirSync(path.join(folder, name, "lib"), { recursive: true });
  for (const [at, file] of files.entries()) {
    // Valid in both languages, and other in every file.
    const line = `"${name} ${at}";\n`;
    const text = line.repeat(Math.ceil(shape.sizeBytes / line.length)).slice(0, shape.sizeBytes);
    writeFileSync(path.join(folder, name, file), text);
  }
  const manifest = { name, version, language: { name: language }, files: { include: "auto" } };
  writeFileSync(path.join(folder, name, "aigogo.json"), JSON.stringify(manifest));
  return { name, language, files: ["aigogo.json", ...files].toSorted() };
}

function valueOf<Value>(result: Result<Value, unknown>): Value {
  if (result.ok) return result.value;
  throw new Error(`no package to install: ${JSON.stringify(result.failure)}`);
}
