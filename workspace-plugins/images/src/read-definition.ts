import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseYaml } from "@slipway/definitions";
import type { DefinitionFailure } from "@slipway/definitions";
import { exists, fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ZodType, output } from "zod";
import type { BuildSession } from "./build.ts";
import { ImageName } from "./definition.ts";
import type { ImagesFailure } from "./failure.ts";

type Read<Value> = { readonly file: string; readonly value: Value };

/** `<kind>.yml` of a folder, else `<kind>.yaml`. The folder is absolute or relative to the workspace. */
export async function readDefinition<Schema extends ZodType>(
  session: Pick<BuildSession, "workspaceRoot">,
  folder: string,
  kind: string,
  schema: Schema,
): Promise<Result<Read<output<Schema>>, DefinitionFailure | ImagesFailure>> {
  for (const file of [`${kind}.yml`, `${kind}.yaml`].map((name) => path.posix.join(folder, name))) {
    const absolute = path.resolve(session.workspaceRoot, file);
    if (!(await exists(absolute))) continue;
    const parsed = parseYaml(file, await readFile(absolute, "utf8"), schema);
    return parsed.ok ? ok({ file, value: parsed.value }) : parsed;
  }
  return fail({ reason: "definition-missing", file: path.posix.join(folder, `${kind}.yml`) });
}

/** Before anything is built: the name of the folder becomes part of image references, and an agent's command. */
export function checkName(name: string, file: string): Result<undefined, ImagesFailure> {
  const parsed = ImageName.safeParse(name);
  if (parsed.success) return ok(undefined);
  const problem = parsed.error.issues.map(({ message }) => message).join("; ");
  return fail({ reason: "image-name-invalid", file, name, problem });
}
