import { Plugin as Service } from "@slipway/pipeline-sdk/protocol";
import type { PluginInfo } from "@slipway/pipeline-sdk/protocol";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { PluginFailure } from "./plugin-failure.ts";
import { isPluginName } from "./plugin-name.ts";
import type { CallLimits, Plugin } from "./plugin-process.ts";

/** The protocols that this core speaks, from and to. */
const protocols = [1, 1] as const;

const coreVersion = "0.1.0";

/** What a lock says of us. */
export const lockedCore = { version: coreVersion, protocol: protocols[1] };

/** kind:name */
const capability = /^[a-z][a-z0-9-]*:[a-z0-9][a-z0-9-]*$/;

/** A glob of capabilities, of all with `*`. */
const capabilityGlob = /^[a-z0-9*?-]+(?::[a-z0-9*?-]+)?$/;

/** What a plugin is told of itself: capabilities of the sandbox that it was granted. */
export type HelloTold = {
  readonly granted: readonly string[];
  /** A JSON object, or empty. */
  readonly settings?: string;
};

/** The first call to a plugin. What it says about itself is checked here, once. */
export async function shakeHands(
  plugin: Plugin,
  limits: CallLimits,
  { granted, settings = "" }: HelloTold = { granted: [] },
): Promise<Result<PluginInfo, PluginFailure>> {
  const [protocolMin, protocolMax] = protocols;
  const hello = { protocolMin, protocolMax, coreVersion, granted: [...granted], settings };
  const answer = await plugin.call(Service.method.handshake, hello, limits);
  if (!answer.ok) return answer;
  const info = answer.value;
  const told = { plugin: plugin.name, log: plugin.log() };
  if (info.protocol < protocolMin || info.protocol > protocolMax) {
    const theirs = [info.protocolMin, info.protocolMax] as const;
    return fail({ reason: "plugin-protocol-unknown", ours: protocols, theirs, ...told });
  }
  const problems = problemsOf(info);
  if (problems.length > 0) return fail({ reason: "plugin-info-invalid", problems, ...told });
  return ok(info);
}

function problemsOf({
  name,
  version,
  capabilities,
  requires,
  conflictsWith,
}: PluginInfo): readonly string[] {
  return [
    ...(isPluginName(name) ? [] : [`its name ${JSON.stringify(name)} is not kind/name`]),
    ...(version === "" ? ["it has no version"] : []),
    ...capabilities
      .filter((each) => !capability.test(each))
      .map((each) => `its capability ${JSON.stringify(each)} is not kind:name`),
    ...[...requires, ...conflictsWith]
      .filter((each) => !capabilityGlob.test(each))
      .map((each) => `${JSON.stringify(each)} is no glob of capabilities`),
  ];
}
