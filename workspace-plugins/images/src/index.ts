export { openUserTurns } from "./builds/build-turns.ts";
export type {
  BrokenEntry,
  Catalogue,
  Entry,
  Extension,
  PlaceName,
  SoundEntry,
} from "./catalogue/entry.ts";
export type { Validation } from "./catalogue/problems.ts";
export { ImageName } from "./definition.ts";
export { openEngine } from "./engine.ts";
export type { Engine, EngineImage, ImageFacts } from "./engine-port.ts";
export type { EngineFailure } from "./engine-failure.ts";
export type { ImageRefusal, ImagesCause, ImagesFailure } from "./failure.ts";
export type { BuildAccess } from "./build-access.ts";
export { readBuildAccess, readSource } from "./host-commands.ts";
export { allKnown, decideBuild, unknownIngredient } from "./ingredients.ts";
export type { BuildReason, CurrentIngredients, Ingredients } from "./ingredients.ts";
export { listImages, loadImages } from "./load-images.ts";
export type { LockEntry } from "./locked/now.ts";
export type { BuildSession, MadeImage } from "./build.ts";
export { makeAgent } from "./make-agent.ts";
export type { AgentRequest } from "./make-agent.ts";
export { makeBase } from "./make-base.ts";
export type { BaseRequest } from "./make-base.ts";
export { makeExtended } from "./make-extended.ts";
export type { ExtendedRequest } from "./make-extended.ts";
export { outcomeOf } from "./made-outcome.ts";
export type { Matrix, MatrixEntry, MatrixReason } from "./matrix/plan-matrix.ts";
export { agentReference, baseReference, extendedReference, inLayerOrder } from "./names.ts";
export { removeOwn } from "./remove-own.ts";
export type { BuildRecord } from "./provenance.ts";
export { pushImage, pushLayout } from "./push.ts";
export { readImageReceipt } from "./receipt.ts";
export type { ImageReceipt } from "./receipt.ts";
export { makeRootfs } from "./rootfs.ts";
export type { CheckedImage } from "./run/check-images.ts";
export type { RunFailure } from "./run/run-failure.ts";
export type { Asker } from "./run/choose.ts";
export type { OptionalMount } from "./run/decide-mounts.ts";
export type { PreparedStart } from "./run/prepare-start.ts";
export type { RunningContainer, RunStreams, TerminalSize } from "./container-run.ts";
export type { Disbelieved } from "./tested/record.ts";
