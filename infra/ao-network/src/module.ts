import { hexOf } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { idOfBytes } from "./id.ts";
import type { Id } from "./id.ts";
import type { Tag } from "./tag.ts";

/** The one module of the network, as its transaction on the gateway describes it. */
export type Module = {
  readonly id: Id;
  readonly owner: Id;
  readonly tags: readonly Tag[];
  readonly digest: Digest;
};

/** Names a module by its bytes: another WASM is another module. */
export function moduleOf(digest: Digest, owner: Id): Module {
  const tags = {
    "Data-Protocol": "ao",
    Variant: "ao.TN.1",
    Type: "Module",
    "Module-Format": "wasm32-unknown-emscripten4",
    "Input-Encoding": "JSON-V1",
    "Output-Encoding": "JSON-V1",
    "Memory-Limit": "1-gb",
    "Compute-Limit": "9000000000000",
    "Content-Type": "application/wasm",
  };
  return {
    id: idOfBytes(Buffer.from(hexOf(digest), "hex")),
    owner,
    tags: Object.entries(tags).map(([name, value]) => ({ name, value })),
    digest,
  };
}
