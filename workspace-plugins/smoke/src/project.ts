import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseYaml } from "@slipway/definitions";
import type { DefinitionFailure } from "@slipway/definitions";
import { canonicalJson, digestOf, exists, fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { SmokeDefinition, definitionName } from "./definition.ts";
import type { SmokeFailure } from "./failure.ts";

/** A project with a `smoke.yml`, and where the image it runs has left its receipts. */
export type SmokeProject = {
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  /** `dist/image` of the image's project, absolute. */
  readonly imageFolder: string;
};

export type SmokePlaces = {
  readonly folder: string;
  readonly transcript: string;
  readonly receipt: string;
  readonly outputs: string;
  readonly log: string;
  /** Both versions of a file that was not reproducible. */
  readonly differing: string;
};

export function placesOf(project: SmokeProject): SmokePlaces {
  const folder = path.join(project.folder, "dist", "smoke");
  const at = (name: string): string => path.join(folder, name);
  return {
    folder,
    transcript: at("boot_transcript.json"),
    receipt: at("receipt.json"),
    outputs: at("outputs"),
    log: at("log.txt"),
    differing: at("differing"),
  };
}

export type ReadDefinition = {
  readonly definition: SmokeDefinition;
  /** Of what it says, as canonical JSON: neither comments nor the order of keys are in it. */
  readonly digest: Digest;
};

export async function readDefinition(
  project: SmokeProject,
): Promise<Result<ReadDefinition, SmokeFailure | DefinitionFailure>> {
  const file = path.join(project.folder, definitionName);
  if (!(await exists(file))) return fail({ reason: "smoke-file-missing", file });
  const definition = parseYaml(file, await readFile(file, "utf8"), SmokeDefinition);
  if (!definition.ok) return definition;
  return ok({ definition: definition.value, digest: digestOf(canonicalJson(definition.value)) });
}
