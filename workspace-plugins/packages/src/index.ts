export { addPackage } from "./add.ts";
export type { Added, AddOptions } from "./add.ts";
export { contentOf, integrityOf } from "./content.ts";
export type { PackageContent, PackageFile } from "./content.ts";
export type { ExecFailure } from "./exec/failure.ts";
export { prepareScript } from "./exec/prepare.ts";
export type { PreparedScript } from "./exec/start.ts";
export type {
  EntryDamage,
  EntryProblem,
  FileProblem,
  ManifestProblem,
  PackagesCause,
  PackagesFailure,
} from "./failure.ts";
export { findLock } from "./find-lock.ts";
export { findProject } from "./find-manifest.ts";
export { installPackages } from "./install.ts";
export type { InstallOptions, Installation, InstalledPackage } from "./install.ts";
export type { LockedCause, LockedFailure } from "./locked/failure.ts";
export { removeLocked } from "./locked/remove.ts";
export { unlinkProject } from "./link-project.ts";
export type { Unlinked } from "./link-project.ts";
export { formatLock, lockName, parseLock, readLock } from "./lock.ts";
export type { Lock, LockedPackage } from "./lock.ts";
export { parsePackageManifest } from "./manifest.ts";
export type { PackageManifest } from "./manifest.ts";
export { packPackage } from "./pack.ts";
export type { PackOptions } from "./pack.ts";
export { immutableTag, pushPackage } from "./push.ts";
export type { PushOptions } from "./push.ts";
export { packFolder, readPacked } from "./receipt.ts";
export type { PackReceipt } from "./receipt.ts";
export { deletePlanned, planDeletion } from "./remote/delete.ts";
export type { DeletionPlan } from "./remote/delete.ts";
export { pullPackage } from "./remote/pull.ts";
export { pushReference } from "./remote/push.ts";
export type { RemoteCause, RemoteFailure } from "./remote/failure.ts";
export type { FoundDependency, Imported, ImportPlace } from "./scan/dependencies.ts";
export type { ScanFailure, SourceFault } from "./scan/failure.ts";
export { scanPackage } from "./scan/scan-package.ts";
export type { Scan, ScanOptions } from "./scan/scan-package.ts";
export type { ValidationFinding } from "./scan/finding.ts";
export { validatePackage } from "./scan/validate-package.ts";
export type { Validation } from "./scan/validate-package.ts";
export { showDependencies } from "./show-deps/show-dependencies.ts";
export { collectStore } from "./collect-store.ts";
export type { Collected, CollectOptions } from "./collect-store.ts";
export { uninstallPackages } from "./uninstall.ts";
export type { UninstallOptions } from "./uninstall.ts";
export { verifyStore } from "./verify-store.ts";
export type { VerifiedEntry, VerifyOptions } from "./verify-store.ts";
export type { SeenEntries } from "./stock.ts";
export { inspectEntry } from "./store.ts";
export type { StoreEntry } from "./store.ts";
export { entryFolder, storeIn } from "./store-place.ts";
export type { Store } from "./store-place.ts";
export { findBuild, readBuild, readBuiltFiles } from "./cache/build.ts";
export type { BuiltFile, CachedBuild } from "./cache/build.ts";
export { cacheIn, parseCacheReference } from "./cache/cache.ts";
export type { Cache, CacheReference } from "./cache/cache.ts";
export { findImage, writeImage } from "./cache/image.ts";
export type { CachedImage } from "./cache/image.ts";
export { listCache } from "./cache/list.ts";
export type { CacheEntry } from "./cache/list.ts";
export { buildPackage } from "./authoring/build.ts";
export type { BuildOptions } from "./authoring/build.ts";
export { addDependency, dependenciesOf, removeDependency } from "./authoring/dependency-list.ts";
export type { DependencyKind } from "./authoring/dependency.ts";
export { importPyproject } from "./authoring/import-pyproject.ts";
export { addFiles, listOf, removeFiles } from "./authoring/include-list.ts";
export { initPackage } from "./authoring/init.ts";
export { openManifest } from "./authoring/manifest-file.ts";
export type { Place } from "./authoring/manifest-file.ts";
export { removeCached } from "./cache/remove.ts";
export { cleanFolders, cleanable, readableSize } from "./clean.ts";
