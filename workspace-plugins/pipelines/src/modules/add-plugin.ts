import path from "node:path";
import { fail, ok, writeFileAtomically } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { PipelinesFailure } from "../failure.ts";
import type { RegistryFailure } from "@slipway/registry";
import { placeText } from "./address.ts";
import type { Address } from "./address.ts";
import { withPlugin } from "./edit-plugins.ts";
import { openModuleSource } from "./module-source.ts";
import { syncModules } from "./sync.ts";
import type { SyncOptions, Synced } from "./sync.ts";

/** Puts a plugin into `cig.toml` and syncs; both files stay as they are where that fails. */
export async function addPlugin(
  address: Address,
  options: SyncOptions,
): Promise<Result<Synced & { readonly name: string }, PipelinesFailure | RegistryFailure>> {
  const { root, file, text } = options;
  const source = openModuleSource({ ...options, sources: new Map(), commits: new Map() });
  const named = "name" in address ? ok(address) : await source.locate(address);
  if (!named.ok) return named;
  const { name } = named.value;
  const entry = {
    version:
      "constraint" in address && address.constraint.text !== "*"
        ? address.constraint.text
        : undefined,
    source: address.kind === "short" ? undefined : placeText(address),
  };
  const edited = withPlugin(text, name, entry);
  if (edited === undefined) return fail({ reason: "module-not-added", file, module: name });
  const synced = await syncModules({ ...options, text: edited });
  if (!synced.ok) return synced;
  if (edited !== text)
    await writeFileAtomically(path.join(root, file), edited, { followsLink: true });
  const state = edited === text ? synced.value.state : "done";
  return ok({ ...synced.value, state, name });
}
