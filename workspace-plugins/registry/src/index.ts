export type { Answer } from "./answer.ts";
export type { Descriptor } from "./blob.ts";
export { fileBody } from "./body.ts";
export type { Body } from "./body.ts";
export { openRegistry } from "./client.ts";
export { login, logout } from "./login.ts";
export type { Credential, FindCredential } from "./credential.ts";
export { findUserCredential, openUserRegistry, plainHostsIn } from "./user-registry.ts";
export type { Registry, RegistryOptions } from "./client.ts";
export type {
  ReferenceProblem,
  RegistryCause,
  RegistryFailure,
  ResponseProblem,
  ServerFailure,
} from "./failure.ts";
export { mediaTypes } from "./manifest.ts";
export type { Manifest } from "./manifest.ts";
export {
  formatReference,
  isLoopback,
  isRegistryHost,
  isRepository,
  isTag,
  parseReference,
  parseShortReference,
} from "./reference.ts";
export type { Reference, RegistryHost, Repository, RepositoryName, Tag } from "./reference.ts";
export type { RetryPolicy } from "./retry.ts";
export { serveRegistry } from "./server/serve.ts";
export { findProgram } from "./server/program.ts";
