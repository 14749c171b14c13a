export { payloadType, signStatement } from "./envelope.ts";
export type { AnyStatement } from "./envelope.ts";
export type { AttestationCause, AttestationFailure, Distrust } from "./failure.ts";
export { readSigningKey, signingKeyFile } from "./key.ts";
export type { SigningKey } from "./key.ts";
export { readStatement } from "./read-statement.ts";
export type { StatementProblem } from "./read-statement.ts";
export { initKeys, readTrust, trustFiles } from "./trust.ts";
export type { Trust } from "./trust.ts";
