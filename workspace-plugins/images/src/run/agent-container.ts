import type { ContainerSpec, ImageId } from "../container.ts";
import type { TerminalSize } from "../container-run.ts";
import type { ContainerArguments } from "./container-arguments.ts";
import type { Mount } from "./mounts.ts";

/** On the containers of agents: which agent in which project. */
const agentLabel = "dev.slipway.agent";

/** Where an image without an entrypoint gets ours. */
const entrypointPlace = "/usr/local/bin/slipway-entrypoint";

/**
 * The container of an agent: as root, since its entrypoint makes the user; with the engine's usual rights, since what an
 * agent does is for the person to allow; with its project and what else was decided, each at its own place.
 */
export function agentContainer(of: {
  readonly agent: string;
  readonly image: { readonly id: ImageId; readonly entrypoint: readonly string[] };
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly settings: ContainerArguments["settings"];
  readonly terminalSize: TerminalSize | undefined;
  /** On the host, for an image that brings none. */
  readonly entrypointFile: string;
}): ContainerSpec {
  const bringsOwn = of.image.entrypoint.length > 0;
  return {
    image: of.image.id,
    ...(bringsOwn ? {} : { entrypoint: [entrypointPlace], init: true }),
    command: of.words,
    environment: of.environment,
    user: "0:0",
    network: "bridge",
    readOnlyRoot: false,
    dropCapabilities: [],
    noNewPrivileges: false,
    temporaryFolders: {},
    mounts: [
      ...of.mounts.map(({ source, target, isReadOnly }) => bind(source, target, isReadOnly)),
      ...(bringsOwn ? [] : [bind(of.entrypointFile, entrypointPlace, true)]),
    ],
    labels: { [agentLabel]: of.agent },
    terminal: of.terminalSize !== undefined,
    ...(of.terminalSize === undefined ? {} : { terminalSize: of.terminalSize }),
    ...of.settings,
  };
}

function bind(source: string, target: string, readOnly: boolean): ContainerSpec["mounts"][number] {
  return { type: "bind", source, target, readOnly };
}
