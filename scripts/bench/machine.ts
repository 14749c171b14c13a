import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { outputOf, repository } from "./processes.ts";
import type { Ground } from "./processes.ts";

const gigabyte = 1e9;

/** One line: when, on what, with which commit and versions, and how busy the machine was. */
export async function describeMachine(ground: Ground): Promise<string> {
  const ask = async (...words: readonly [string, ...string[]]): Promise<string> => {
    const [line = ""] = (await outputOf(ground, { words, folder: repository })).split("\n");
    return line;
  };
  const changed = (await ask("git", "status", "--porcelain")) === "" ? "" : " with changes";
  const [load = 0] = loadavg();
  return [
    `${new Date().toISOString().slice(0, 10)}, commit ${await ask("git", "rev-parse", "--short", "HEAD")}${changed}`,
    `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${availableParallelism()} threads, ${(totalmem() / gigabyte).toFixed(0)} GB, load ${load.toFixed(1)} before`,
    `Linux ${await ask("uname", "-r")}, Node ${process.versions.node}, ${await ask("git", "--version")}, ${await ask("b3sum", "--version")}, ${await ask("openssl", "version")}, ${await ask("gcc", "--version")}, nx ${await nxVersion(ground)}`,
  ].join("; ");
}

async function nxVersion(ground: Ground): Promise<string> {
  const words = ["node", "-p", 'require("nx/package.json").version'] as const;
  return (await outputOf(ground, { words, folder: repository })).trim();
}
