import { openEngine } from "@slipway/images";
import { pullPublished } from "@slipway/images/publish/pull-image";
import { notePulled } from "@slipway/images/run/pulled-images";
import { findUserCredential } from "@slipway/registry";
import { userHome } from "@slipway/registry/user-home";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import { openAgentRegistry } from "./agent-registry.ts";
import { readAgentTrust } from "./agent-trust.ts";
import { stateFolder } from "./own-folders.ts";

const options = { "allow-unsigned": { type: "boolean" }, json: { type: "boolean" } } as const;
const hourMs = 60 * 60 * 1000;

/** A published image into the engine, if a signer whom the workspace around us trusts has signed it. */
export async function pullImage(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { options: given, words } = read.value;
  const [reference = ""] = words;
  const { signal, progress, tell } = openAgentCall(call, given);
  const whose = await readAgentTrust(call.workspaceRoot);
  if (!whose.ok) return tell(whose);
  const opened = await openEngine({ counted: () => undefined, signal });
  if (!opened.ok) return tell(opened);
  using engine = opened.value;
  return await tell(
    await pullPublished({
      reference,
      registry: openAgentRegistry(signal),
      ...whose.value,
      engine,
      architecture: engine.platform.architecture,
      allowsUnsigned: given["allow-unsigned"] ?? false,
      findCredential: findUserCredential({ home: userHome(), environment: process.env }, signal),
      pulled: async (pulled) => notePulled(stateFolder(process.env), pulled),
      pull: { signal, progress, timeoutMs: hourMs },
    }),
  );
}
