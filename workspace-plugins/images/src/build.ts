import path from "node:path";
import { fail, ok, replaceFolder } from "@slipway/signature/basics";
import type { FindCredential } from "@slipway/registry";
import type { Digest, Result } from "@slipway/signature";
import { packMembers } from "./archive.ts";
import type { Member } from "./archive.ts";
import { accessMembers, proxyArguments } from "./build-access.ts";
import type { BuildAccess } from "./build-access.ts";
import { newBuildLog } from "./builds/build-logs.ts";
import { openBuildPace } from "./builds/build-pace.ts";
import type { BuildTurns } from "./builds/build-turns.ts";
import {
  failedBuild,
  forgetFailedBuild,
  nextTry,
  noteFailedBuild,
} from "./builds/failed-builds.ts";
import type { Engine } from "./engine-port.ts";
import type { ImagesFailure } from "./failure.ts";
import { decideBuild, recordable } from "./ingredients.ts";
import type { BuildReason, CurrentIngredients, Ingredients } from "./ingredients.ts";
import type { ImageSubject } from "./image-labels.ts";
import { hasBlobs, layOutAlias, layOutArchive } from "./layout.ts";
import type { Below } from "./layout.ts";
import { buildingName, imageLabels, splitReference } from "./names.ts";
import { noteOwnImage } from "./own-images.ts";
import { writeProvenance } from "./provenance.ts";
import type { BuildRecord } from "./provenance.ts";
import { readImageReceipt } from "./receipt.ts";
import type { ImageReceipt } from "./receipt.ts";
import { nameFiles, writeSources } from "./source-files.ts";
import type { Sources } from "./source-files.ts";

/** What a build works with, the same for every image of a command. */
export type BuildSession = {
  /** Holds layouts, receipts and logs: a workspace, or a folder of the user's that stands for one. */
  readonly workspaceRoot: string;
  /** Its name, for the labels of images. */
  readonly workspace: string;
  readonly engine: Engine;
  readonly access: BuildAccess;
  readonly turns: BuildTurns<MadeImage, ImagesFailure>;
  /** `when-needed`: only if an ingredient is another than the receipt has. `never`: only says why it would be built. */
  readonly builds: "always" | "when-needed" | "never";
  /** Versions are those that are locked, or nothing is built. */
  readonly isFrozen?: boolean;
  /** Holds the lock of definitions that lie outside of the workspace; without it the workspace's is that of all. */
  readonly userLockFolder?: string;
  /** By this clock, an image that failed from the same ingredients a short while ago is left as it is. */
  readonly waitsAt?: Date;
  /** Every step is run, whatever the engine remembers. */
  readonly withoutCache?: boolean;
  /** Absolute: the next image is built into this folder in place of its own, without the engine's cache. */
  readonly rebuiltIn?: string;
  /** Whoever is told of a log stands somewhere else: its whole path is said. */
  readonly tellsWholePaths?: boolean;
  /** For the provenance of what is built; found out only then. */
  readonly record?: () => Promise<BuildRecord>;
  /** For images that are pulled; without it they are anybody's. */
  readonly findCredential?: FindCredential;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
};

export type MadeImage = {
  readonly receipt: ImageReceipt;
  /** Why it was built, or would be. Empty: nothing was done. `undefined`: it was to be built in any case. */
  readonly reasons: readonly BuildReason[] | undefined;
};

/** One Dockerfile of an image, on the image that it gets by `baseArgument`. */
export type BuildStep = {
  readonly members: readonly Member[];
  /** Name of the Dockerfile among the members. */
  readonly dockerfile: string;
  readonly baseArgument: "FROM_IMAGE" | "BASE_IMAGE";
  readonly buildArgs: Readonly<Record<string, string>>;
};

/** An image whose ingredients are at hand; the engine has not been asked for anything. */
export type PlannedImage = {
  readonly project: string;
  readonly reference: string;
  readonly subject: ImageSubject;
  /** Relative to the workspace. */
  readonly layoutFolder: string;
  /** What its logs begin with, as no other image's do. */
  readonly logName: string;
  readonly ingredients: CurrentIngredients;
  /** Files of some of them, for people who ask what has changed. */
  readonly sources?: Sources;
  /** Makes the engine have what the image stands on and names, and says how to build it. */
  readonly prepare: () => Promise<Result<PreparedImage, ImagesFailure>>;
};

export type PreparedImage = {
  /** In whose layouts the lower layers are. `undefined`: in its own. */
  readonly below: Below | undefined;
  /** Layers of a pulled image, which stay as they are. */
  readonly pulled?: readonly Digest[];
  /** Labels of it. */
  readonly pulledLabels?: Readonly<Record<string, string>>;
  /** By which the engine has what the first step stands on. */
  readonly standsOn: string;
  readonly steps: readonly BuildStep[];
  /** What only the preparation has found out. */
  readonly found: Ingredients;
  readonly agentVersion?: string;
  /** Looks at the built image before it counts. */
  readonly verify: (id: Digest, logFile: string) => Promise<Result<undefined, ImagesFailure>>;
};

const hourMs = 60 * 60 * 1000;

/** Builds an image in its turn, and leaves the one before it as it was when that fails. */
export async function makeImage(
  session: BuildSession,
  image: PlannedImage,
): Promise<Result<MadeImage, ImagesFailure>> {
  return session.turns.take(image.reference, async () => {
    const { workspaceRoot } = session;
    if (session.rebuiltIn !== undefined) {
      const rebuilt = await buildImage(session, image);
      return rebuilt.ok ? ok({ receipt: rebuilt.value, reasons: undefined }) : rebuilt;
    }
    const layoutFolder = path.join(workspaceRoot, image.layoutFolder);
    const before = await readImageReceipt(layoutFolder);
    const isWhole =
      before !== undefined && (await hasBlobs(workspaceRoot, image.layoutFolder, before));
    const decided = decideBuild(isWhole ? before.inputs : undefined, image.ingredients);
    const reasons = await nameFiles(decided, layoutFolder, image.sources);
    const { builds } = session;
    if (isWhole && (builds === "never" || (builds === "when-needed" && reasons.length === 0))) {
      return ok({ receipt: before, reasons });
    }
    if (builds === "never") return fail({ reason: "image-absent", reference: image.reference });
    const waits = isWhole ? await waitOf(session, image) : undefined;
    if (isWhole && waits !== undefined) return notRenewed(before, waits);
    const built = await buildImage(session, image);
    await noteEnd(session, image, built);
    if (built.ok) {
      await noteOwnImage(workspaceRoot, built.value.imageId);
      return ok({
        receipt: built.value,
        reasons: builds === "always" ? undefined : reasons,
      });
    }
    const isStopped = built.failure.reason === "engine-interrupted";
    return before === undefined || isStopped ? built : notRenewed(before, built.failure);
  });
}

/** `undefined`: it can be tried. */
async function waitOf(
  { workspaceRoot, waitsAt }: BuildSession,
  { reference, ingredients }: PlannedImage,
): Promise<ImagesFailure | undefined> {
  if (waitsAt === undefined) return undefined;
  const failed = await failedBuild(workspaceRoot, reference, recordable(ingredients));
  if (failed === undefined || nextTry(failed) <= waitsAt) return undefined;
  const { failedAt, times, logFile } = failed;
  const log = logFile === undefined ? {} : { logFile };
  return { reason: "build-waits", reference, failedAt, times, nextTry: nextTry(failed), ...log };
}

/** What failed by its own files is noted; an engine that is gone, or a full disk, is no matter of theirs. */
async function noteEnd(
  { workspaceRoot, waitsAt = new Date() }: BuildSession,
  { reference, ingredients }: PlannedImage,
  end: Result<unknown, ImagesFailure>,
): Promise<void> {
  if (end.ok) return forgetFailedBuild(workspaceRoot, reference);
  const { failure } = end;
  if (!ofItsFiles.has(failure.reason)) return;
  const logFile = "logFile" in failure ? failure.logFile : undefined;
  const of = { ingredients: recordable(ingredients), at: waitsAt, logFile };
  await noteFailedBuild(workspaceRoot, reference, of);
}

const ofItsFiles: ReadonlySet<ImagesFailure["reason"]> = new Set([
  "build-failed",
  "agent-version-differs",
  "version-script-failed",
]);

function notRenewed(
  { reference, imageId, agentVersion }: ImageReceipt,
  because: ImagesFailure,
): Result<never, ImagesFailure> {
  const version = agentVersion === undefined ? {} : { agentVersion };
  return {
    ok: false,
    failure: { reason: "image-not-renewed", reference, imageId, ...version, because },
  };
}

async function buildImage(
  session: BuildSession,
  image: PlannedImage,
): Promise<Result<ImageReceipt, ImagesFailure>> {
  const { engine, signal, workspaceRoot } = session;
  const layoutFolder = session.rebuiltIn ?? path.join(workspaceRoot, image.layoutFolder);
  const prepared = await image.prepare();
  if (!prepared.ok) return prepared;
  const build = prepared.value;
  const inputs = { ...recordable(image.ingredients), ...build.found };
  const layout = { ...build, workspaceRoot, inputs, reference: image.reference };
  const { below } = build;
  if (build.steps.length === 0 && below !== undefined) {
    return replaceLayout(session, { layoutFolder, sources: image.sources }, async (folder) =>
      layOutAlias({ ...layout, below, folder }),
    );
  }
  const built = await buildSteps(session, image, build);
  if (!built.ok) return built;
  const { id, logFile } = built.value;
  try {
    const verified = await build.verify(id, logFile);
    if (!verified.ok) return verified;
    session.progress(`laying out ${image.reference}`);
    return await replaceLayout(session, { layoutFolder, sources: image.sources }, async (folder) =>
      layOutArchive(
        { ...layout, subject: image.subject, folder },
        async () => engine.save(id, signal),
        async () => engine.stored(id, signal),
      ),
    );
  } finally {
    // What the engine built is not what counts: the normalised image is loaded by its own target.
    await engine.removeImage(id);
  }
}

async function replaceLayout(
  { record = async () => ({}) }: BuildSession,
  {
    layoutFolder,
    sources,
  }: { readonly layoutFolder: string; readonly sources: Sources | undefined },
  layOut: (folder: string) => Promise<Result<ImageReceipt, ImagesFailure>>,
): Promise<Result<ImageReceipt, ImagesFailure>> {
  return replaceFolder(layoutFolder, async (folder) => {
    const laidOut = await layOut(folder);
    if (!laidOut.ok) return laidOut;
    await writeProvenance(folder, laidOut.value, await record());
    await writeSources(folder, sources);
    return laidOut;
  });
}

type BuiltSteps = { readonly id: Digest; readonly logFile: string };

/** Each step on the image of the one before it, which has a name only as long as it is needed. */
async function buildSteps(
  session: BuildSession,
  image: PlannedImage,
  build: PreparedImage,
): Promise<Result<BuiltSteps, ImagesFailure>> {
  const { engine } = session;
  const names: string[] = [];
  let standsOn = build.standsOn;
  let last: BuiltSteps | undefined;
  try {
    for (const step of build.steps) {
      if (last !== undefined) {
        standsOn = `${buildingName}${globalThis.crypto.randomUUID()}`;
        const tagged = await engine.tag(last.id, ...splitReference(standsOn));
        if (!tagged.ok) return tagged;
        names.push(standsOn);
      }
      const built = await buildStep(session, image, step, standsOn);
      if (!built.ok) return built;
      last = built.value;
    }
  } finally {
    for (const name of names) await engine.removeImage(name);
  }
  if (last === undefined) throw new Error("internal: an image without a step is not built");
  return ok(last);
}

async function buildStep(
  session: BuildSession,
  image: PlannedImage,
  step: BuildStep,
  standsOn: string,
): Promise<Result<BuiltSteps, ImagesFailure>> {
  const access = await accessMembers(session.access);
  const logs = path.join(session.workspaceRoot, ".slipway", "logs");
  const logFile = await newBuildLog(logs, image.logName);
  const isWhole = session.tellsWholePaths === true;
  const shownLog = isWhole ? logFile : path.relative(session.workspaceRoot, logFile);
  session.progress(`building ${image.reference} (log: ${shownLog})`);
  using pace = openBuildPace(image.reference, session.progress);
  const built = await session.engine.build({
    context: packMembers([...step.members, ...access]),
    dockerfile: step.dockerfile,
    buildArgs: {
      ...proxyArguments(session.access),
      ...step.buildArgs,
      [step.baseArgument]: standsOn,
    },
    labels: imageLabels(session.workspace, image.project),
    noCache: session.withoutCache ?? session.rebuiltIn !== undefined,
    logFile,
    onLine: pace.wrote,
    signal: session.signal,
    timeoutMs: hourMs,
  });
  if (!built.ok) return built;
  // Should we be killed before it is removed.
  await noteOwnImage(session.workspaceRoot, built.value);
  return ok({ id: built.value, logFile: shownLog });
}
