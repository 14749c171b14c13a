import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.join(import.meta.dirname, "../../..");

/** Prints the files of this workspace that a process loads by loading a module, packages left out. */
const script = `
const { registerHooks } = require("node:module");
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
require(process.argv[1]);
const own = loaded.filter((url) => url.startsWith("file:") && !url.includes("/node_modules/"));
console.log(JSON.stringify(own));
`;

test("a command that reaches no target of ours loads a handful of small files", () => {
  const file = path.join(root, "tools/executors/plugin.cjs");
  const told = execFileSync(process.execPath, ["-e", script, file], { encoding: "utf8" });
  const loaded = JSON.parse(told) as readonly string[];
  const start = `file://${root}/`;
  expect(loaded.map((url) => url.slice(start.length)).toSorted()).toEqual([
    "tools/executors/hooks/plugin.ts",
    "tools/executors/hooks/reached-targets.ts",
    "tools/executors/plugin.cjs",
    "tools/executors/session/run-place.ts",
    "workspace-plugins/signature/src/glob-regex.ts",
    "workspace-plugins/signature/src/glob-syntax.ts",
    "workspace-plugins/signature/src/glob-table.ts",
    "workspace-plugins/signature/src/glob.ts",
    "workspace-plugins/signature/src/nx-projects.ts",
    "workspace-plugins/signature/src/nx-upstreams.ts",
  ]);
});
