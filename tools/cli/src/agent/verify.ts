import { readTrust } from "@slipway/attestation";
import { verifyImage } from "@slipway/images/publish/verify-image";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import { openAgentRegistry } from "./agent-registry.ts";

/** By the signers that the workspace around us trusts. */
export async function verifyPublished(call: Call): Promise<number> {
  const read = readArguments(call.args, { options: { json: { type: "boolean" } }, words: [1, 64] });
  if (!read.ok) return tellUsage(read.failure);
  const { signal, tell, show } = openAgentCall(call, read.value.options);
  const trust = await readTrust(call.workspaceRoot);
  if (!trust.ok) return tell(trust);
  const registry = openAgentRegistry(signal);
  const images = [];
  for (const reference of read.value.words) {
    const asked = { reference, registry, trust: trust.value, now: new Date() };
    const verified = await verifyImage(asked);
    if (!verified.ok) return tell(verified);
    const { digest, signer, statement } = verified.value;
    images.push({ reference, digest, signer, provenance: statement.predicate });
  }
  return show(
    { images },
    images.map(({ reference, digest, signer }) => [reference, digest, `signed by ${signer}`]),
  );
}
