export { addPackage } from "./add.ts";
export type { AddOptions } from "./add.ts";
export { contentOf, integrityOf } from "./content.ts";
export type { PackageContent, PackageFile } from "./content.ts";
export type {
  EntryProblem,
  FileProblem,
  ManifestProblem,
  PackagesCause,
  PackagesFailure,
} from "./failure.ts";
export { installPackages } from "./install.ts";
export type { InstallOptions } from "./install.ts";
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
export { showDependencies } from "./show-deps/show-dependencies.ts";
export { entryFolder, inspectEntry, storeIn } from "./store.ts";
export type { Store, StoreEntry } from "./store.ts";
