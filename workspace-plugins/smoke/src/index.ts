export { SmokeDefinition } from "./definition.ts";
export type { RunName, SmokeCause, SmokeFailure } from "./failure.ts";
export type { SmokeProject } from "./project.ts";
export type { SealedContainer } from "./seal.ts";
export type { ContainerExit, ContainerRunner } from "./sealed-run.ts";
export { runSmoke } from "./smoke.ts";
export type { SmokePorts, SmokeRequest } from "./smoke.ts";
export { verifyBoot } from "./verify-boot.ts";
export type { VerifyRequest } from "./verify-boot.ts";
