import { mkdir, mkdtemp, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { checkIds } from "./check-ids.ts";
import type { DeployedIds } from "./check-ids.ts";
import type { ReleaseFailure } from "./failure.ts";
import type { OpenPackage } from "./open-release.ts";
import { specOf } from "./published.ts";
import type { WithdrawStep } from "./step.ts";
import { readTarball } from "./tarball.ts";
import type { Tarball } from "./tarball.ts";

type Patch = Extract<WithdrawStep, { readonly step: "publish-patch" }>;

export async function publishPatch(
  of: OpenPackage,
  { version, of: good, tag }: Patch,
  { folder, access }: { readonly folder: string; readonly access: string | undefined },
): Promise<Result<undefined, ReleaseFailure>> {
  const tarball = await fetchVersion(of, good, folder);
  if (!tarball.ok) return tarball;
  const file = path.join(await mkdtemp(path.join(folder, "patch-")), "patch.tgz");
  await writeFile(file, await tarball.value.withVersion(version));
  return of.npm.publish(file, { spec: specOf(of.packageJson.name, version), tag, access });
}

/** Whether the content of a patch carries the ids that are deployed now. */
export async function checkPatch(
  of: OpenPackage,
  patch: Patch,
  folder: string,
  deployed: DeployedIds,
): Promise<Result<undefined, ReleaseFailure>> {
  const tarball = await fetchVersion(of, patch.of, folder);
  return tarball.ok ? checkIds(tarball.value, of.idsFile, deployed) : tarball;
}

/** Into `folder`, once. */
export async function fetchVersion(
  of: OpenPackage,
  version: string,
  folder: string,
): Promise<Result<Tarball, ReleaseFailure>> {
  const into = path.join(folder, encodeURIComponent(specOf(of.packageJson.name, version)));
  await mkdir(into, { recursive: true });
  const [known] = await readdir(into);
  const file = known === undefined ? await of.npm.fetch(version, into) : ok(path.join(into, known));
  if (!file.ok) return file;
  const tarball = await readTarball(file.value);
  if (tarball.ok) return tarball;
  return fail({ reason: "npm-package-invalid", folder: of.shown, problem: tarball.failure });
}
