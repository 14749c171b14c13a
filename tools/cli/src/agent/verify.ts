import { verifyImage } from "@slipway/images/publish/verify-image";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import { openAgentRegistry } from "./agent-registry.ts";
import { readAgentTrust } from "./agent-trust.ts";

/** By the signers that the workspace around us trusts. */
export async function verifyPublished(call: Call): Promise<number> {
  const read = readArguments(call.args, { options: { json: { type: "boolean" } }, words: [1, 64] });
  if (!read.ok) return tellUsage(read.failure);
  const { signal, tell, show } = openAgentCall(call, read.value.options);
  const whose = await readAgentTrust(call.workspaceRoot);
  if (!whose.ok) return tell(whose);
  const registry = openAgentRegistry(signal);
  const images = [];
  for (const reference of read.value.words) {
    const verified = await verifyImage({ reference, registry, ...whose.value });
    if (!verified.ok) return tell(verified);
    const { digest, signer, statement } = verified.value;
    images.push({ reference, digest, signer, provenance: statement.predicate });
  }
  return show(
    { images },
    images.map(({ reference, digest, signer }) => [reference, digest, `signed by ${signer}`]),
  );
}
