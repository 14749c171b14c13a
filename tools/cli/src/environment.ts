import path from "node:path";
import { readFileSync } from "@slipway/signature/file-system";
import { readTextIfPresent } from "@slipway/signature/read-text";

/** Not imported: that would load all that `node:util` can do. */
const { parseEnv } = process.getBuiltinModule("node:util");

type Environment = Readonly<Record<string, string | undefined>>;

/** In the order in which Nx reads them: what an earlier one says stands, and before all what the process was given. */
const dotenvFiles = [".local.env", ".env.local", ".env"];

/**
 * The variables as Nx's commands have them before their tasks run. No engine is asked: the one that answered last is
 * taken to be there still, as the commands themselves do when none answers.
 */
export async function commandEnvironment(
  workspaceRoot: string,
  own: Environment,
): Promise<Environment> {
  const engine = await readTextIfPresent(path.join(workspaceRoot, ".slipway", "engine"));
  return { ...withDotenv(workspaceRoot, own), SLIPWAY_ENGINE: engine ?? "unknown" };
}

function withDotenv(workspaceRoot: string, own: Environment): Environment {
  const all: Record<string, string | undefined> = { ...own };
  for (const file of dotenvFiles) {
    const text = textAt(path.join(workspaceRoot, file));
    for (const [name, value] of Object.entries(parseEnv(text))) all[name] ??= expand(value, all);
  }
  return all;
}

/** `$NAME` and `${NAME}`, as far as they are known by then. */
function expand(value: string | undefined, known: Environment): string | undefined {
  return value?.replaceAll(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (_, braced: string | undefined, plain: string | undefined) =>
      known[braced ?? plain ?? ""] ?? "",
  );
}

function textAt(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Most workspaces have only one of them, or none.
    return "";
  }
}
