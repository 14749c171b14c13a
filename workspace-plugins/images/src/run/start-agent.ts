import path from "node:path";
import type { Result } from "@slipway/signature";
import type { ContainerExit, RunStreams, TerminalSize } from "../container-run.ts";
import type { Engine, ImageFacts } from "../engine-port.ts";
import type { ImagesFailure } from "../failure.ts";
import { agentContainer } from "./agent-container.ts";
import { containerEnvironment } from "./container-environment.ts";
import { makeMissing } from "./find-mounts.ts";
import type { Host } from "./host.ts";
import { identityVariables } from "./identity.ts";
import type { PreparedStart } from "./prepare-start.ts";

/** For an image that brings none. */
const entrypointFile = path.join(import.meta.dirname, "../../../../infra/images/entrypoint.sh");

export type AgentRun = {
  readonly prepared: PreparedStart;
  readonly image: ImageFacts;
  /** What the agent is called with. */
  readonly words: readonly string[];
  readonly host: Host;
  /** `undefined`: there is no terminal. */
  readonly terminalSize: TerminalSize | undefined;
  readonly streams: RunStreams;
};

/** Runs the agent to its end. What it needs of its own on the host is made first. */
export async function startAgent(
  engine: Engine,
  run: AgentRun,
): Promise<Result<ContainerExit, ImagesFailure>> {
  const { prepared, image, host, terminalSize } = run;
  const { agent, project, found, container } = prepared;
  const isRootless = await engine.isRootless();
  if (!isRootless.ok) return isRootless;
  await makeMissing(found.missing);
  const spec = agentContainer({
    agent,
    image,
    words: run.words,
    environment: containerEnvironment({
      agent,
      project,
      host: host.variables,
      zone: host.zone,
      hasTerminal: terminalSize !== undefined,
      identity: identityVariables(host.user, isRootless.value),
      ofImage: image.environment,
      asked: [
        ...container.variables,
        // Its socket is among the mounts then.
        ...(found.mounts.some(({ as }) => as === "ssh") ? ["SSH_AUTH_SOCK"] : []),
      ],
    }),
    mounts: found.mounts,
    settings: container.settings,
    terminalSize,
    entrypointFile,
  });
  return engine.run(spec, run.streams);
}
