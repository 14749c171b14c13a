// Packs a project, pushes it and prints the largest resident set of this process in bytes: node pack-and-push.ts ROOT PROJECT REPOSITORY
import path from "node:path";
import { openRegistry } from "@slipway/registry";
import { packPackage } from "../src/pack.ts";
import { pushPackage } from "../src/push.ts";
import { packFolder } from "../src/receipt.ts";

const [workspaceRoot = "", projectRoot = "", repository = ""] = process.argv.slice(2);
const { signal } = new AbortController();
const packed = await packPackage({ workspaceRoot, projectRoot, signal });
if (!packed.ok) throw new Error(JSON.stringify(packed.failure));
const pushed = await pushPackage({
  packFolder: path.join(workspaceRoot, projectRoot, packFolder),
  repository,
  registry: openRegistry(),
});
if (!pushed.ok) throw new Error(JSON.stringify(pushed.failure));
process.stdout.write(String(process.resourceUsage().maxRSS * 1024));
