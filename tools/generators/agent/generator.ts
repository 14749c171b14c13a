import path from "node:path";
import type { Tree } from "@nx/devkit";
import { renderFailure } from "@slipway/report";
import { folderNamed } from "../project-name.ts";
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
  const { directory, name } = options.data;
  const folder = path.posix.join(directory, name);
  if (tree.exists(folder)) throw new Error(renderFailure({ reason: "folder-exists", folder }));
  const taken = await folderNamed(tree, name);
  if (taken !== undefined) throw new Error(renderFailure({ reason: "name-taken", name, taken }));
  for (const { name: file, text, isExecutable } of agentFiles(options.data)) {
    tree.write(path.posix.join(folder, file), text, { mode: isExecutable ? 0o755 : 0o644 });
  }
}
