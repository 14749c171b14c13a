import path from "node:path";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { ContainerExit, RunStreams, TerminalSize } from "../container-run.ts";
import type { Engine, ImageFacts } from "../engine-port.ts";
import type { ImagesFailure } from "../failure.ts";
import { loadImage } from "../load.ts";
import { readImageReceipt } from "../receipt.ts";
import { agentContainer } from "./agent-container.ts";
import { containerEnvironment } from "./container-environment.ts";
import { makeMissing } from "./find-mounts.ts";
import type { Host } from "./host.ts";
import { identityVariables } from "./identity.ts";
import type { PreparedStart } from "./prepare-start.ts";

/** Makes the engine have the image that was laid out last; without a layout what the engine has of that name will do. */
export async function ensureImage(
  engine: Engine,
  { agent, reference, layout }: PreparedStart,
  place: { readonly workspaceRoot: string | undefined; readonly signal: AbortSignal },
): Promise<Result<ImageFacts, ImagesFailure>> {
  const target = `${agent}:image`;
  const { workspaceRoot = "/", signal } = place;
  const folder = path.relative(workspaceRoot, layout ?? workspaceRoot);
  const receipt = layout === undefined ? undefined : await readImageReceipt(layout);
  if (receipt !== undefined) {
    const loaded = await loadImage(
      {
        images: engine.images,
        load: async (archive) => engine.load(archive, signal),
        tag: async (id, name) => engine.tag(id, ...repositoryAndTag(name)),
      },
      { workspaceRoot, folder, receipt, target },
    );
    if (!loaded.ok) return loaded;
  }
  const found = await engine.image(receipt?.imageId ?? reference);
  if (!found.ok) return found;
  return found.value === undefined
    ? fail({ reason: "receipt-missing", folder: reference, target })
    : ok(found.value);
}

function repositoryAndTag(reference: string): [repository: string, tag: string] {
  const at = reference.lastIndexOf(":");
  return [reference.slice(0, at), reference.slice(at + 1)];
}

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
