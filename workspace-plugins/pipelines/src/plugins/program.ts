import path from "node:path";
import { fileURLToPath } from "node:url";

/** How a file is run: scripts and WebAssembly by the Node that runs us, all else by itself. */
export function launchOf(file: string): {
  readonly file: string;
  readonly args: readonly string[];
} {
  if (scripts.includes(path.extname(file))) {
    return { file: process.execPath, args: [youngMemory, file] };
  }
  if (!isWasm(file)) return { file, args: [] };
  const runner = fileURLToPath(import.meta.resolve("@slipway/pipeline-sdk/wasm"));
  return { file: process.execPath, args: [youngMemory, memoryLimit, runner, file] };
}

/** It has no way to files but through the program of ours that runs it. */
export function isWasm(file: string): boolean {
  return path.extname(file) === ".wasm";
}

const scripts = [".ts", ".js", ".mjs", ".cjs"];

/** In MiB. As Node has it a plugin that renders 1000 jobs takes 30 MB more for what it throws away, and is no faster. */
const youngMemory = "--max-semi-space-size=1";

/** Pages of 64 KiB: 256 MiB for each memory of a module. */
const memoryLimit = "--wasm-max-mem-pages=4096";
