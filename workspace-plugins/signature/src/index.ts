export { readSuccesses } from "./action-index.ts";
export type { Successes } from "./action-index.ts";
export { actionsFolder, readRecordedAction, recordActions } from "./action-records.ts";
export { graphKey, isGraphFile, isGraphSettled } from "./graph-key.ts";
export {
  definitionsFile,
  hasDefinitions,
  readDefinitions,
  storeDefinitions,
} from "./stored-definitions.ts";
export { compareBytes } from "./byte-order.ts";
export { canonicalJson } from "./canonical-json.ts";
export {
  digestOf,
  digestOfStream,
  hexOf,
  isDigest,
  openDigest,
  parseDigest,
  shortDigest,
  shownDigest,
} from "./digest.ts";
export type { Digest } from "./digest.ts";
export { executorSource, projectSource } from "./executor-source.ts";
export { ownDeclarations } from "./own-declarations.ts";
export type { DefinitionInput } from "./own-declarations.ts";
export { explainSignature } from "./explain.ts";
export type { Change, Difference, EnvState } from "./explain.ts";
export { rootCauses } from "./explain-causes.ts";
export type { Because, RootCause, UpstreamChange } from "./explain-causes.ts";
export { explainTarget } from "./explain-target.ts";
export type { Explanation } from "./explain-target.ts";
export type { SignatureCause, SignatureFailure } from "./failure.ts";
export { exists, replaceFolder, writeFileAtomically, writeJson } from "./files.ts";
export { foldersOf } from "./fileset.ts";
export { pathMatcher } from "./glob.ts";
export { hashAsPays, hashInProcess } from "./hash-files.ts";
export type { FileHasher, HashedFiles } from "./file-hasher.ts";
export { openHashPool } from "./hash-pool.ts";
export type { HashPool } from "./hash-pool.ts";
export { inParallel } from "./in-parallel.ts";
export { parseJson } from "./json-text.ts";
export { listFiles, listIgnored } from "./listing.ts";
export type { FileListing, ListedFile } from "./listing.ts";
export { lookAgain, openStamps } from "./input-stamps.ts";
export type { InputStamps, SecondLook } from "./input-stamps.ts";
export { takeLock } from "./lock.ts";
export { declaredVariables } from "./nx-inputs.ts";
export { deriveTargets } from "./nx-targets.ts";
export type { Derivation, NamedInputs } from "./nx-targets.ts";
export { reachedFrom } from "./nx-upstreams.ts";
export type { TargetName } from "./nx-upstreams.ts";
export type { Outcome, Place } from "./outcome.ts";
export { isOwnFact, ownFact, ownFactFile, ownFactValue, unsignedFactValue } from "./own-fact.ts";
export { otherVariables } from "./recorded-action.ts";
export type { RecordedAction } from "./recorded-action.ts";
export { secretKeyIn } from "./secret.ts";
export { fail, ok } from "./result.ts";
export type { Result } from "./result.ts";
export { saltVariable } from "./salt.ts";
export { hostSources, signDerivation, signWorkspace, withUpstreams } from "./sign-workspace.ts";
export { allSigned, signTargets } from "./sign-targets.ts";
export type { SignedTarget, SignedTargets, Sources } from "./sign-targets.ts";
export { renderSignatures, writeSignatures } from "./signature-file.ts";
export type { Fileset, TargetDefinition, TargetInputs } from "./target.ts";
export { verifyWorkspace } from "./verify/verify-workspace.ts";
export type { CacheName, Check, Lie } from "./verify/lies.ts";
export { compareSigned } from "./compare-revisions.ts";
export type { TargetChange } from "./compare-revisions.ts";
export { idsNear } from "./target-names.ts";
export { openTree } from "./tree/open-tree.ts";
export { openWorkspaceTree, treeCacheFile } from "./tree/workspace-tree.ts";
export type { Tree } from "./tree/tree.ts";
export { watchWorkspace } from "./watch/watch-workspace.ts";
export { hasCode, readTextIfPresent } from "./read-text.ts";
