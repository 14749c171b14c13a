import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const Named = z.object({ name: z.string().min(1) });

/** What the root package.json calls the workspace: its images carry it, and no folder name of this machine. */
export function readWorkspaceName(workspaceRoot: string): string {
  const text = readFileSync(path.join(workspaceRoot, "package.json"), "utf8");
  return Named.parse(JSON.parse(text)).name;
}
