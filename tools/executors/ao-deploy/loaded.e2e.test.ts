import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startNetwork } from "@slipway/ao-network";
import { compareBytes } from "@slipway/signature";
import { expect, test } from "vitest";

/** Runs one executor as Nx does, and writes down which files its process loaded. */
const script = `
const { registerHooks } = require("node:module");
const { writeFileSync } = require("node:fs");
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
const [executor, root, targetName, file] = process.argv.slice(1);
const projects = { small: { root: "small", targets: {} } };
const context = { root, projectName: "small", targetName, projectsConfigurations: { projects } };
void import(executor).then(async (module) => {
  const { success } = await module.default(targetName === "ao-deploy" ? { deployTarget: "here" } : {}, context);
  if (success) writeFileSync(file, JSON.stringify(loaded));
});
`;

const executors = path.join(import.meta.dirname, "..");

/** Packages of others, and of our own the folders below `src` that a file was loaded from. */
function partsOf(loaded: readonly string[]): readonly string[] {
  const parts = loaded.flatMap((url) => {
    const other = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
    const own = /\/workspace-plugins\/([^/]+)\/src(\/index\.ts|\/[^/]+(?=\/))?/.exec(url);
    return other ?? (own === null ? [] : `${own[1]}${own[2] ?? ""}`);
  });
  return [...new Set(parts)].toSorted(compareBytes);
}

test("a deployment of what is deployed loads what reads ao.yml, asks and writes down, and nothing else", async () => {
  const root = await mkdtemp(path.join(os.tmpdir(), "ao-loaded-"));
  const network = await startNetwork(path.join(root, ".slipway/ao-network"));
  try {
    await mkdir(path.join(root, "small"));
    const target = '{ mode: legacy, network: local, preflight: "off" }';
    const definition = `name: small\nprocesses: { small: { source: small.lua } }\ntargets: { here: ${target} }\n`;
    await writeFile(path.join(root, "small/ao.yml"), definition);
    await writeFile(path.join(root, "small/small.lua"), "Count = 1\n");
    const file = path.join(root, "loaded.json");
    const run = async (name: string): Promise<readonly string[]> => {
      const executor = path.join(executors, name, "executor.ts");
      const args = ["-e", script, executor, root, name, file];
      execFileSync(process.execPath, args, { cwd: root });
      return partsOf(JSON.parse(await readFile(file, "utf8")) as readonly string[]);
    };
    await run("ao-bundle");
    await run("ao-deploy");
    expect(await run("ao-deploy")).toEqual([
      "definitions",
      "definitions/index.ts",
      "processes",
      "processes/budget",
      "processes/definition",
      "processes/deploy",
      "processes/network",
      "processes/record",
      "processes/release",
      "report",
      "report/index.ts",
      "report/texts",
      "signature",
      "write-file-atomic",
      "yaml",
      "zod",
    ]);
  } finally {
    await network.stop();
    await rm(root, { recursive: true });
  }
});
