import path from "node:path";
import { readSigningKey, signingKeyFile } from "@slipway/attestation";
import { publishModule } from "@slipway/pipelines/sync";
import { openUserRegistry } from "@slipway/registry";
import { userHome } from "@slipway/registry/user-home";
import { openAnswer } from "../answer.ts";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { defaultRegistry, registryVariable } from "./sync-here.ts";

const options = {
  plugin: { type: "string" },
  registry: { type: "string" },
  json: { type: "boolean" },
} as const;

/** Signs a module with this machine's key, and sends it under its version. */
export async function publishPlugin({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { plugin, registry: named, json = false } = read.value.options;
  if (plugin === undefined) {
    const problem = "--plugin is missing: the folder of the module";
    return tellUsage({ reason: "arguments-invalid", problem });
  }
  const to = defaultRegistry(named);
  if (!to.ok) return tellUsage(to.failure);
  if (to.value === undefined) {
    const problem = `--registry is missing: host[:port] with or without a path, or ${registryVariable}`;
    return tellUsage({ reason: "arguments-invalid", problem });
  }
  const { signal, progress, tell } = openAnswer({ json });
  const key = await readSigningKey(signingKeyFile(process.env));
  if (!key.ok) return tell(key);
  const registry = openUserRegistry({ home: userHome(), environment: process.env }, { signal });
  const folder = path.resolve(plugin);
  return tell(await publishModule({ folder, to: to.value, registry, key: key.value, progress }));
}
