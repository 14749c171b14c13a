import { workspaceCauses } from "./texts/workspace.ts";
import { attestationCauses } from "./texts/attestation.ts";
import { imagesCauses } from "./texts/images.ts";
import { packagesCauses } from "./texts/packages.ts";
import { pipelinesCauses } from "./texts/pipelines.ts";
import { processesCauses } from "./texts/processes.ts";
import { registryCauses } from "./texts/registry.ts";
import { signatureCauses } from "./texts/signature.ts";
import { smokeCauses } from "./texts/smoke.ts";

const causes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...workspaceCauses,
    ...attestationCauses,
    ...imagesCauses,
    ...packagesCauses,
    ...pipelinesCauses,
    ...processesCauses,
    ...registryCauses,
    ...signatureCauses,
    ...smokeCauses,
  }),
);

/** The words of a cause; one that has none is shown as it is. */
export function describeCause(cause: string): string {
  return causes.get(cause) ?? cause.replaceAll("-", " ");
}
