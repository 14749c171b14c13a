import path from "node:path";
import { inParallel, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Catalogue } from "../catalogue/entry.ts";
import { pairsOf, soundOf } from "../catalogue/pairs.ts";
import type { Engine } from "../engine-port.ts";
import type { ImagesFailure } from "../failure.ts";
import { findBlob } from "../layout.ts";
import { agentReference } from "../names.ts";
import { readImageReceipt } from "../receipt.ts";
import type { ImageReceipt } from "../receipt.ts";
import { askVersion, saysVersion, shownAnswer } from "../sealed-run.ts";
import { layoutOf } from "./build-chain.ts";
import type { ChainPlace } from "./build-chain.ts";

/** An image with an agent in it, and whether the agent is the one that was recorded. */
export type CheckedImage = {
  readonly reference: string;
  readonly agent: string;
} & (
  | { readonly state: "not-built" }
  | {
      /** `not-loaded`: the engine has no such image. */
      readonly state: "as-recorded" | "differs" | "not-loaded";
      readonly recorded: string;
      /** Of all its layers, unpacked. */
      readonly sizeBytes: number;
      /** What the agent said; absent where it was not asked. */
      readonly answered?: string;
      /** From the engine's first step to the container's end. */
      readonly tookMs?: number;
    }
);

export type CheckRequest = {
  readonly catalogue: Catalogue;
  readonly place: ChainPlace;
  /** Only of these; all without. */
  readonly agents: readonly string[];
  readonly engine: Pick<Engine, "images" | "run">;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
};

const atOnce = 2;

/**
 * Starts every image that is built for an agent, sealed off, and asks for the version. One that is not built is told
 * where the workspace alone defines it: what a user adds is built once it is started.
 */
export async function checkImages(
  request: CheckRequest,
): Promise<Result<readonly CheckedImage[], ImagesFailure>> {
  const listed = await request.engine.images();
  if (!listed.ok) return listed;
  const loaded = new Set<string>(listed.value.map(({ id }) => id));
  const waiting = await candidatesOf(request);
  return inParallel(atOnce, waiting, async (each) => check(each, loaded, request));
}

type Candidate = {
  readonly agent: string;
  readonly reference: string;
  readonly layout: string;
  readonly receipt: ImageReceipt | undefined;
};

async function candidatesOf({
  catalogue,
  place,
  agents,
}: CheckRequest): Promise<readonly Candidate[]> {
  const onBases = pairsOf(catalogue)
    .filter(({ obstacle }) => obstacle === undefined)
    .map(({ agent, base }) => ({
      agent: agent.name,
      reference: agentReference(agent.name, base.name),
      layout: layoutOf(agent, place, base.name),
      isOfWorkspace: agent.place === "workspace" && base.place === "workspace",
    }));
  const extended = soundOf(catalogue.extendedImages).map((entry) => ({
    agent: entry.definition.agent,
    reference: entry.definition.image_ref ?? entry.name,
    layout: layoutOf(entry, place),
    isOfWorkspace: entry.place === "workspace",
  }));
  const all = [...onBases, ...extended].filter(
    ({ agent }) => agents.length === 0 || agents.includes(agent),
  );
  const read = await Promise.all(
    all.map(async (one) => {
      const receipt = await readImageReceipt(path.join(place.root, one.layout));
      return { ...one, receipt, reference: receipt?.reference ?? one.reference };
    }),
  );
  return read.filter(({ receipt, isOfWorkspace }) => receipt !== undefined || isOfWorkspace);
}

async function check(
  { agent, reference, layout, receipt }: Candidate,
  loaded: ReadonlySet<string>,
  request: CheckRequest,
): Promise<Result<CheckedImage, ImagesFailure>> {
  if (receipt?.agentVersion === undefined) return ok({ agent, reference, state: "not-built" });
  const { imageId, agentVersion: recorded } = receipt;
  const sizeBytes = await sizeOf(receipt, layout, request.place);
  const image = { agent, reference, recorded, sizeBytes };
  if (!loaded.has(imageId)) return ok({ ...image, state: "not-loaded" });
  request.progress(`asking ${reference} for its version`);
  const startedMs = performance.now();
  const answer = await askVersion(request, imageId, agent);
  if (!answer.ok) return answer;
  const tookMs = Math.round(performance.now() - startedMs);
  const isRecorded = saysVersion(answer.value, recorded);
  const answered = isRecorded ? recorded : shownAnswer(answer.value);
  return ok({ ...image, answered, tookMs, state: isRecorded ? "as-recorded" : "differs" });
}

async function sizeOf(
  { diffIds, below }: ImageReceipt,
  layout: string,
  { root }: ChainPlace,
): Promise<number> {
  const folders = [...below, layout].map((folder) => path.join(root, folder));
  let sizeBytes = 0;
  for (const diffId of diffIds) {
    sizeBytes += (await findBlob(diffId, folders))?.sizeBytes ?? 0;
  }
  return sizeBytes;
}
