import { readSigningKey, signingKeyFile } from "@slipway/attestation";
import { builtChains } from "@slipway/images/publish/built-images";
import { pushChain } from "@slipway/images/publish/push-chain";
import { ok } from "@slipway/signature";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import { imagesRoot } from "./own-folders.ts";
import { openAgentRegistry } from "./agent-registry.ts";

const options = {
  to: { type: "string" },
  base: { type: "string" },
  sign: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** The images of an agent that are built, and what they stand on. */
export async function pushAgent(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { to, base, sign = false, json = false } = read.value.options;
  const [agent = ""] = read.value.words;
  if (to === undefined)
    return tellUsage({ reason: "arguments-invalid", problem: "--to is missing" });
  const { workspaceRoot, catalogue, signal, progress, tell, show } = openAgentCall(call, { json });
  const key = sign ? await readSigningKey(signingKeyFile(process.env)) : ok(undefined);
  if (!key.ok) return tell(key);
  const definitions = await catalogue();
  if (!definitions.ok) return tell(definitions);
  const root = workspaceRoot ?? imagesRoot(process.env);
  const chains = await builtChains({ catalogue: definitions.value, agent, base, root });
  if (!chains.ok) return tell(chains);
  const registry = openAgentRegistry(signal);
  const push = { registry, root, to, signingKey: key.value, progress };
  const images = [];
  for (const chain of chains.value) {
    const pushed = await pushChain(chain, push);
    if (!pushed.ok) return tell(pushed);
    images.push(...pushed.value);
  }
  return show(
    { images },
    images.map(({ state, facts }) => [state, ...Object.values(facts).map(String)]),
  );
}
