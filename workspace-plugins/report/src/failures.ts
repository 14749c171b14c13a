import type { AttestationFailure } from "@slipway/attestation";
import type { ImagesFailure } from "@slipway/images";
import type { PackagesFailure } from "@slipway/packages";
import type { PipelinesFailure } from "@slipway/pipelines";
import type { ProcessesFailure } from "@slipway/processes";
import type { RegistryFailure } from "@slipway/registry";
import type { SignatureFailure } from "@slipway/signature";
import type { SmokeFailure } from "@slipway/smoke";
import { shortDigest } from "@slipway/signature/digest";
import type { Text, Texts } from "./text.ts";
import { attestationTexts } from "./texts/attestation.ts";
import { catalogueTexts } from "./texts/catalogue.ts";
import { imagesTexts } from "./texts/images.ts";
import { lockTexts } from "./texts/images-lock.ts";
import { runTexts } from "./texts/images-run.ts";
import { testedTexts } from "./texts/images-tested.ts";
import { packagesTexts } from "./texts/packages.ts";
import { pipelinesTexts } from "./texts/pipelines.ts";
import { processesTexts } from "./texts/processes.ts";
import { registryTexts } from "./texts/registry.ts";
import { signatureTexts } from "./texts/signature.ts";
import { smokeTexts } from "./texts/smoke.ts";
import { workspaceTexts } from "./texts/workspace.ts";
import type { WorkspaceFailure } from "./texts/workspace.ts";

export type Failure =
  | WorkspaceFailure
  | AttestationFailure
  | ImagesFailure
  | PackagesFailure
  | PipelinesFailure
  | ProcessesFailure
  | RegistryFailure
  | SignatureFailure
  | SmokeFailure;

const texts: Texts<Failure> = {
  ...workspaceTexts,
  ...attestationTexts,
  ...catalogueTexts,
  ...imagesTexts,
  ...runTexts,
  ...lockTexts((failure) => describeFailure(failure)),
  ...testedTexts,
  "image-not-renewed": ({ because, reference, imageId, agentVersion = "" }) => {
    const text = describeFailure(because);
    const kept = `${reference} ${agentVersion} ${shortDigest(imageId)}`.replaceAll("  ", " ");
    return { ...text, facts: { ...text.facts, "still usable": kept } };
  },
  ...packagesTexts,
  ...pipelinesTexts,
  ...processesTexts,
  ...registryTexts,
  ...signatureTexts,
  ...smokeTexts,
};

export function describeFailure(failure: Failure): Text {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table has the entry of each reason by type; TypeScript cannot relate the two
  const describe = texts[failure.reason] as (of: Failure) => Text;
  return describe(failure);
}
