import path from "node:path";

/** How a file is run: scripts by the Node that runs us, all else by itself. */
export function launchOf(file: string): {
  readonly file: string;
  readonly args: readonly string[];
} {
  return scripts.includes(path.extname(file))
    ? { file: process.execPath, args: [file] }
    : { file, args: [] };
}

const scripts = [".ts", ".js", ".mjs", ".cjs"];
