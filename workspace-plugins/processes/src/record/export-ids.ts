import { readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { fail, hasCode, ok, writeFileAtomically } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { DeployTarget } from "../definition/target.ts";
import type { DeployFailure } from "../failure.ts";
import { setVariable } from "./env-file.ts";
import type { Environment } from "./environment.ts";
import { idsJson, idsModule } from "./ids-text.ts";
import type { EnvironmentRecord } from "./record.ts";

/** Puts the ids of an environment where `ao.yml` wants them. A file that says so already is not written. */
export async function exportIds(
  { workspaceRoot, projectRoot }: Pick<Environment, "workspaceRoot" | "projectRoot">,
  wanted: DeployTarget["export"],
  record: EnvironmentRecord,
): Promise<Result<void, DeployFailure>> {
  const ids = idsOf(record);
  const writes = writesOf(wanted, ids);
  for (const { file, change } of writes) {
    const absolute = await behindLinks(path.resolve(workspaceRoot, projectRoot, file));
    const inside = path.relative(await realpath(workspaceRoot), absolute);
    if (inside.startsWith("..") || path.isAbsolute(inside)) {
      return fail({ reason: "export-outside", file });
    }
    const before = await textOf(absolute);
    const after = change(before ?? "");
    if (after !== before) await writeFileAtomically(absolute, Buffer.from(after, "latin1"));
  }
  return ok(undefined);
}

export function idsOf({ processes }: EnvironmentRecord): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(processes).map(([name, { process }]) => [name, process]),
  );
}

type Write = { readonly file: string; readonly change: (before: string) => string };

function writesOf(
  wanted: DeployTarget["export"],
  ids: Readonly<Record<string, string>>,
): readonly Write[] {
  const { env, json, typescript } = wanted ?? {};
  const keys = Object.entries(env?.keys ?? {});
  const set = (before: string): string =>
    keys.reduce((text, [name, key]) => {
      const id = ids[name];
      return id === undefined ? text : setVariable(text, key, id);
    }, before);
  return [
    ...(env === undefined ? [] : [{ file: env.file, change: set }]),
    ...(json === undefined ? [] : [{ file: json, change: () => idsJson(ids) }]),
    ...(typescript === undefined ? [] : [{ file: typescript, change: () => idsModule(ids) }]),
  ];
}

/** Where a file is or would be, its folders and itself behind links that may lead anywhere. */
async function behindLinks(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (!hasCode(error, ["ENOENT"])) throw error;
    return path.join(await behindLinks(path.dirname(file)), path.basename(file));
  }
}

/** Byte for byte, whatever encoding a file is in: what we look for and write is ASCII. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "latin1");
  } catch (error) {
    if (hasCode(error, ["ENOENT"])) return undefined;
    throw error;
  }
}
