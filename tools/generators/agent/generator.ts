import path from "node:path";
import type { Tree } from "@nx/devkit";
import { renderFailure } from "@slipway/report";
import { agentFiles } from "./agent-files.ts";
import { Options } from "./options.ts";

/** Writes the definition of a new agent. Nx hears of a failure by an exception only, and then writes nothing. */
export default async function agent(tree: Tree, raw: unknown): Promise<void> {
  const options = Options.safeParse(raw);
  if (!options.success) {
    const problems = options.error.issues.map(
      (issue) => `${issue.path.join(".") || "options"}: ${issue.message}`,
    );
    throw new Error(renderFailure({ reason: "generator-options-invalid", problems }));
  }
  const folder = path.posix.join(options.data.directory, options.data.name);
  if (tree.exists(folder)) throw new Error(renderFailure({ reason: "folder-exists", folder }));
  for (const { name, text, isExecutable } of agentFiles(options.data)) {
    tree.write(path.posix.join(folder, name), text, { mode: isExecutable ? 0o755 : 0o644 });
  }
}
