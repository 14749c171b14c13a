import path from "node:path";
import { fail, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { parseDefinition } from "./definition.ts";
import type { Definition } from "./definition.ts";
import type { SourceFailure } from "../failure.ts";

const definitionFile = "ao.yml";

export async function readDefinition(
  workspaceRoot: string,
  projectRoot: string,
): Promise<Result<Definition, SourceFailure>> {
  const file = path.posix.join(projectRoot, definitionFile);
  const text = await readTextIfPresent(path.join(workspaceRoot, file));
  if (text === undefined) return fail({ reason: "ao-definition-missing", file });
  return parseDefinition(text, file);
}
