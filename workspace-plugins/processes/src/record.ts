import { rm } from "node:fs/promises";
import path from "node:path";
import { fail, ok, readTextIfPresent, writeJson } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { SettingsFailure } from "./failure.ts";
import { parseJson } from "./json.ts";
import type { SignedItem } from "./network.ts";
import { DigestText } from "./receipt.ts";

const Spawned = z.strictObject({
  version: z.literal(1),
  process: z.string().min(1),
  owner: z.string().min(1),
  spawnDigest: DigestText,
});

/** `spawned`: the scheduler knows the process. `deployed`: it also answered with the digest of its code. */
const DeployRecord = z.discriminatedUnion("state", [
  Spawned.extend({ state: z.literal("spawned") }),
  Spawned.extend({
    state: z.literal("deployed"),
    codeDigest: DigestText,
    /** What proved it: the message that evaluated the code, or `adopted:` and when an answer was read. */
    provenBy: z.string().min(1),
  }),
]);
export type DeployRecord = z.output<typeof DeployRecord>;

/** A signed item that was about to be sent, and may have been. */
const PendingItem = z.strictObject({
  version: z.literal(1),
  step: z.enum(["spawn", "evaluate"]),
  /** Of the process; for a spawn, the item's own. */
  process: z.string().min(1),
  id: z.string().min(1),
  raw: z.base64(),
  owner: z.string().min(1),
  spawnDigest: DigestText,
  codeDigest: DigestText,
});
export type PendingItem = z.output<typeof PendingItem>;

export function signedItemOf(pending: PendingItem): SignedItem {
  return { id: pending.id, raw: Buffer.from(pending.raw, "base64") };
}

/** What is known of one deployment between runs. The journal holds signed messages: it stays out of git. */
export type Ledger = {
  /** Relative to the workspace. */
  readonly file: string;
  readonly lockFile: string;
  readonly readRecord: () => Promise<Result<DeployRecord | undefined, SettingsFailure>>;
  readonly writeRecord: (record: DeployRecord) => Promise<void>;
  readonly readPending: () => Promise<Result<PendingItem | undefined, SettingsFailure>>;
  readonly writePending: (pending: PendingItem) => Promise<void>;
  readonly clearPending: () => Promise<void>;
};

export function openLedger(workspaceRoot: string, project: string, deployTarget: string): Ledger {
  const folder = path.posix.join(".slipway/ao", encodeURIComponent(project));
  const file = path.posix.join(folder, `${deployTarget}.json`);
  const pendingFile = path.posix.join(folder, `${deployTarget}.pending.json`);
  const absolute = (name: string): string => path.join(workspaceRoot, name);
  return {
    file,
    lockFile: absolute(path.posix.join(folder, `${deployTarget}.lock`)),
    readRecord: () => readShaped(workspaceRoot, file, DeployRecord),
    writeRecord: (record) => writeJson(absolute(file), record),
    readPending: () => readShaped(workspaceRoot, pendingFile, PendingItem),
    writePending: (pending) => writeJson(absolute(pendingFile), pending),
    clearPending: () => rm(absolute(pendingFile), { force: true }),
  };
}

async function readShaped<Shape extends z.ZodType>(
  workspaceRoot: string,
  file: string,
  shape: Shape,
): Promise<Result<z.output<Shape> | undefined, SettingsFailure>> {
  const text = await readTextIfPresent(path.join(workspaceRoot, file));
  if (text === undefined) return ok(undefined);
  const parsed = parseJson(text, shape);
  return parsed.ok ? parsed : fail({ reason: "ao-record-invalid", file, problem: parsed.failure });
}
