import path from "node:path";
import { DigestText } from "@slipway/definitions/digest-text";
import { ok, writeJson } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { SettingsFailure } from "../failure.ts";
import { ownFolder } from "../record/environment.ts";
import { readKept } from "../record/read-kept.ts";

const VerifiedProcess = z.strictObject({
  /** When it was asked; ISO 8601. */
  at: z.iso.datetime(),
  process: z.string().min(1),
  /** What it answered. */
  codeDigest: DigestText,
  linksDigest: DigestText,
  checks: z.strictObject({ passed: z.int().nonnegative(), failed: z.int().nonnegative() }),
});
export type VerifiedProcess = z.output<typeof VerifiedProcess>;

const VerifiedEnvironment = z.strictObject({
  version: z.literal(1),
  processes: z.record(z.string(), VerifiedProcess),
});

export type VerifiedProcesses = Readonly<Record<string, VerifiedProcess>>;

/** What the last verification of an environment saw. Of this machine: it is not committed, and proves nothing elsewhere. */
export async function readVerified(
  workspaceRoot: string,
  file: string,
): Promise<Result<VerifiedProcesses, SettingsFailure>> {
  const none = { version: 1, processes: {} } as const;
  const read = await readKept(workspaceRoot, file, VerifiedEnvironment, none);
  return read.ok ? ok(read.value.processes) : read;
}

/** What is not named stays as it was seen before; what is `undefined` is taken out. */
export async function writeVerified(
  workspaceRoot: string,
  file: string,
  seen: Readonly<Record<string, VerifiedProcess | undefined>>,
): Promise<void> {
  const before = await readVerified(workspaceRoot, file);
  const merged = { ...(before.ok ? before.value : {}), ...seen };
  const processes = Object.fromEntries(
    Object.entries(merged).filter(([, verified]) => verified !== undefined),
  );
  await writeJson(path.join(workspaceRoot, file), { version: 1, processes });
}

/** Relative to the workspace. */
export function verifiedFile(project: string, deployTarget: string): string {
  return path.posix.join(ownFolder(project), `${deployTarget}.verified.json`);
}
