import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { folderStore } from "./folder-store.ts";
import { openHttpStore } from "./http-store.ts";
import { openRegistryStore } from "./registry-store.ts";
import type { StoreContext, StoreFailure, SuccessStore } from "./success-record.ts";

/** A folder, `https://…` (GET and PUT of `<namespace>/<hex>`), or `oci://<registry>/<name>`. */
export function openStore(
  address: string,
  context: StoreContext,
): Result<SuccessStore, StoreFailure> {
  if (/^https?:\/\//.test(address)) return openHttpStore(address, context);
  if (address.startsWith("oci://")) return openRegistryStore(address, context);
  const isUrl = /^[a-z+]+:\/\//.test(address);
  return address === "" || isUrl
    ? fail({ reason: "store-address-invalid", address })
    : ok(folderStore(path.resolve(context.root, address)));
}
