import path from "node:path";
import type { Readable } from "node:stream";
import { fail, ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { openEngine } from "./engine.ts";
import type { Engine, EngineImage } from "./engine-port.ts";
import type { EngineFailure } from "./engine-failure.ts";
import type { ImagesCause, ImagesFailure } from "./failure.ts";
import { loadImage } from "./load.ts";
import { splitReference } from "./names.ts";
import { readImageReceipt } from "./receipt.ts";

export type LoadRequest = {
  readonly workspaceRoot: string;
  /** Relative to the workspace. */
  readonly layouts: readonly string[];
  readonly target: string;
  readonly signal: AbortSignal;
  readonly counted: (question: string) => void;
  /** The engine's images, asked for once a command. */
  readonly images: () => Promise<Result<readonly EngineImage[], EngineFailure>>;
};

/** Loads what is missing; the engine is connected to only if something is. */
export async function loadImages(
  request: LoadRequest,
): Promise<Result<Outcome<ImagesCause>, ImagesFailure>> {
  const { workspaceRoot, target, signal, counted, images } = request;
  const outcomes: Outcome<ImagesCause>[] = [];
  for (const folder of request.layouts) {
    const receipt = await readImageReceipt(path.join(workspaceRoot, folder));
    if (receipt === undefined) return fail({ reason: "receipt-missing", folder, target });
    const ports = {
      images,
      load: withEngine({ signal, counted }, (engine, archive: Readable) =>
        engine.load(archive, signal),
      ),
      tag: withEngine({ signal, counted }, (engine, id: EngineImage["id"], reference: string) =>
        engine.tag(id, ...splitReference(reference)),
      ),
    };
    const loaded = await loadImage(ports, { workspaceRoot, folder, receipt, target });
    if (!loaded.ok) return loaded;
    outcomes.push(loaded.value);
  }
  return ok(mergeOutcomes(outcomes));
}

/** What the engine has, over a connection of its own. */
export async function listImages(
  options: EngineUse,
): Promise<Result<readonly EngineImage[], EngineFailure>> {
  return withEngine(options, (engine) => engine.images())();
}

type EngineUse = {
  readonly signal: AbortSignal;
  readonly counted: (question: string) => void;
};

function withEngine<Parameters extends readonly unknown[], Value>(
  options: EngineUse,
  use: (engine: Engine, ...parameters: Parameters) => Promise<Result<Value, EngineFailure>>,
): (...parameters: Parameters) => Promise<Result<Value, EngineFailure>> {
  return async (...parameters) => {
    const opened = await openEngine(options);
    if (!opened.ok) return opened;
    using engine = opened.value;
    return await use(engine, ...parameters);
  };
}

/** Done if one of them did something, for the reason of the first that did. */
function mergeOutcomes(outcomes: readonly Outcome<ImagesCause>[]): Outcome<ImagesCause> {
  const told = outcomes.find(({ state }) => state === "done") ?? outcomes[0];
  const facts = Object.fromEntries(
    outcomes.map(({ facts: { image = "", id = "" } }) => [String(image), id]),
  );
  return { state: told?.state ?? "unchanged", cause: told?.cause ?? "image-in-engine", facts };
}
