import type { Member } from "./archive.ts";
import { digestOfMembers } from "./context.ts";
import { forbidden } from "./ingredients.ts";
import type { Ingredients } from "./ingredients.ts";

/** Rows that follow from files alone, the same for who builds and for who only asks what would be built. */
export function agentRows(agent: {
  readonly members: readonly Member[];
  /** The Dockerfile of all agents. */
  readonly dockerfile: Uint8Array;
  readonly buildsLocally: boolean;
}): Ingredients {
  return {
    definition: digestOfMembers(agent.members),
    dockerfile: digestOfDockerfile(agent.dockerfile),
    redistribution: agent.buildsLocally ? forbidden : "allowed",
  };
}

export function baseRows(base: {
  readonly others: readonly Member[];
  readonly dockerfile: Uint8Array;
}): Ingredients {
  return {
    definition: digestOfMembers(base.others),
    dockerfile: digestOfDockerfile(base.dockerfile),
  };
}

/** Of those that make a layer, in the order of layers; `dockerfile` is that of scripts, where there are any. */
export function extensionRows(
  layered: readonly { readonly name: string; readonly digest: string }[],
  dockerfile: Uint8Array | undefined,
): Ingredients {
  return {
    ...Object.fromEntries(
      layered.map(({ name, digest }, at) => [`extension ${at + 1}`, `${name} ${digest}`]),
    ),
    ...(dockerfile === undefined ? {} : { dockerfile: digestOfDockerfile(dockerfile) }),
  };
}

function digestOfDockerfile(bytes: Uint8Array): string {
  return digestOfMembers([{ name: "Dockerfile", bytes: Buffer.from(bytes) }]);
}
