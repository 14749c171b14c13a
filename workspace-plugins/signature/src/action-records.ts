import path from "node:path";
import { digestOf, hexOf } from "./digest.ts";
import type { SignatureFailure } from "./failure.ts";
import { readTextIfPresent, writeJson } from "./files.ts";
import { actionSchema } from "./ingredients.ts";
import { RecordedAction } from "./recorded-action.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";

const longestName = 200;

/** Where the actions of the last runs of a workspace's targets are kept. */
export function actionsFolder(workspaceRoot: string): string {
  return path.join(workspaceRoot, ".slipway", "actions");
}

export async function recordActions(
  folder: string,
  actions: Iterable<RecordedAction>,
): Promise<void> {
  for (const action of actions) await writeJson(recordFile(folder, action.target), action);
}

/** `undefined` where none was recorded, or only one that an older or newer version of this package wrote. */
export async function readRecordedAction(
  folder: string,
  id: string,
): Promise<Result<RecordedAction | undefined, SignatureFailure>> {
  const file = recordFile(folder, id);
  const text = await readTextIfPresent(file);
  if (text === undefined) return ok(undefined);
  const json = parseJson(text);
  if (isOfOtherSchema(json)) return ok(undefined);
  const parsed = RecordedAction.safeParse(json);
  if (parsed.success && parsed.data.target === id) return ok(parsed.data);
  const problems = parsed.success
    ? [`it is the record of ${parsed.data.target}`]
    : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  return fail({ reason: "record-invalid", file, problems });
}

/** One file an id, whatever is in the id: two ids never share one. */
function recordFile(folder: string, id: string): string {
  const name = encodeURIComponent(id);
  const short = name.length <= longestName ? name : `${name.slice(0, 100)}-${hexOf(digestOf(id))}`;
  return path.join(folder, `${short}.json`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

function isOfOtherSchema(json: unknown): boolean {
  if (typeof json !== "object" || json === null || !("schema" in json)) return false;
  return typeof json.schema === "number" && json.schema !== actionSchema;
}
