import { ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { addressText, askedTexts } from "./asked.ts";
import type { Asked } from "./asked.ts";
import type { ModulesFailure } from "./failure.ts";
import { configDigest } from "./lock.ts";
import { readLocal } from "./local-module.ts";

/** Of what a resolution is made from and nobody has to be asked for: `cig.toml`, and the modules of this repository. */
export async function askedDigest(
  asked: Asked,
  {
    root,
    defaultRegistry,
  }: { readonly root: string; readonly defaultRegistry: string | undefined },
): Promise<Result<Digest, ModulesFailure>> {
  const folders = [...asked.roots.map(({ address }) => address), ...asked.sources.values()].flatMap(
    (address) => (address.kind === "local" ? [address.folder] : []),
  );
  const manifests = new Map<string, unknown>();
  // More are found as these are read.
  for (const folder of folders) {
    if (manifests.has(folder)) continue;
    const local = await readLocal(root, folder);
    if (!local.ok) return local;
    const { name, version, requires, capabilitiesRequired } = local.value.manifest;
    manifests.set(folder, {
      folder,
      name,
      version,
      requires: requires.map((address) => addressText(address)),
      capabilitiesRequired,
    });
    for (const address of requires) if (address.kind === "local") folders.push(address.folder);
  }
  return ok(
    configDigest([
      ...askedTexts(asked),
      { defaultRegistry: defaultRegistry ?? "" },
      ...manifests.values(),
    ]),
  );
}
