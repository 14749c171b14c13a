import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { PackedFailure } from "./failure.ts";
import { specOf } from "./published.ts";
import { problemsOfIds } from "./shipped-ids.ts";
import type { ProcessIds } from "./shipped-ids.ts";
import type { Tarball } from "./tarball.ts";

/** The processes that are deployed to a target now. */
export type DeployedIds = { readonly deployTarget: string; readonly ids: ProcessIds };

/** A package that carries ids carries those of the deploy target: what is looked at is what would be published. */
export function checkIds(
  { packageJson, textOf }: Pick<Tarball, "packageJson" | "textOf">,
  file: string | undefined,
  { deployTarget, ids }: DeployedIds,
): Result<undefined, PackedFailure> {
  if (file === undefined) return ok(undefined);
  const spec = specOf(packageJson.name, packageJson.version);
  const text = textOf(file);
  if (text === undefined) return fail({ reason: "release-ids-missing", package: spec, file });
  const problems = problemsOfIds(text, ids);
  if (problems.length === 0) return ok(undefined);
  return fail({ reason: "release-ids-differ", package: spec, file, deployTarget, problems });
}
