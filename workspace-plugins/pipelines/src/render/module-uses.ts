import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ModuleUseSchema } from "@slipway/pipeline-sdk/protocol";
import { allows, parseConstraint, parseVersion } from "../modules/constraint.ts";
import type { Use } from "../plan/steps.ts";
import type { Tell } from "../plan/scope.ts";

/** Tells of uses whose constraint the version that there is does not meet. */
export function checkVersions(
  uses: readonly Use[],
  versionOf: (module: string) => string | undefined,
  tell: Tell,
): void {
  for (const { module, constraint: text, path } of uses) {
    if (text === undefined) continue;
    const constraint = parseConstraint(text);
    if ("message" in constraint) {
      tell({ path, message: `${text}: ${constraint.message}` });
      continue;
    }
    const version = parseVersion(versionOf(module) ?? "");
    if (version === undefined || allows(constraint, version)) continue;
    const message = `${module} is there as ${version}, which ${text} does not let in`;
    tell({ path, message, hint: "slipway ci sync looks for another one" });
  }
}

/** What a plugin is asked of its uses. */
export function askedOf(
  module: string,
  version: string,
  uses: readonly Use[],
): MessageInitShape<typeof ModuleUseSchema>[] {
  return uses
    .filter((use) => use.module === module)
    .map(({ number, job, isPackage, path, inputs }) => ({
      number,
      job,
      isPackage,
      module,
      version,
      place: { path: path.join(".") },
      inputs,
    }));
}
