import { DigestText } from "@slipway/definitions/digest-text";
import { z } from "zod";

const Commit = z.strictObject({
  id: z.string().min(1),
  /** Whether the working tree was as committed. */
  isClean: z.boolean(),
});
export type Commit = z.output<typeof Commit>;

const HistoryEntry = z.strictObject({
  /** ISO 8601. */
  at: z.iso.datetime(),
  did: z.enum(["spawned", "evaluated", "adopted", "promoted", "rolled-back"]),
  process: z.string().min(1),
  spawnDigest: DigestText,
  /** Of the code that the process runs since; a spawn without code has none. */
  codeDigest: DigestText.optional(),
  linksDigest: DigestText.optional(),
  /** That evaluated the code; the process itself when its spawn did. */
  message: z.string().min(1).optional(),
  /** The address that signed. */
  by: z.string().min(1),
  /** The environment that the code came from. */
  from: z.string().min(1).optional(),
  commit: Commit.optional(),
});
export type HistoryEntry = z.output<typeof HistoryEntry>;

const Spawned = z.strictObject({
  process: z.string().min(1),
  owner: z.string().min(1),
  spawnDigest: DigestText,
  /** The newest last. */
  history: z.array(HistoryEntry),
});

/** `spawned`: the scheduler knows the process. `deployed`: it also answered with the digest of its code. */
export const ProcessRecord = z.discriminatedUnion("state", [
  Spawned.extend({ state: z.literal("spawned") }),
  Spawned.extend({
    state: z.literal("deployed"),
    codeDigest: DigestText,
    linksDigest: DigestText,
    /** That the code adds; the next code removes those that it has no more. */
    handlers: z.array(z.string()),
    /** The message that evaluated the code, or `live-read` when only an answer was read. */
    provenBy: z.string().min(1),
  }),
]);
export type ProcessRecord = z.output<typeof ProcessRecord>;
export type DeployedRecord = Extract<ProcessRecord, { readonly state: "deployed" }>;

/** What is deployed in one environment. */
export const EnvironmentRecord = z.strictObject({
  version: z.literal(2),
  processes: z.record(z.string(), ProcessRecord),
});
export type EnvironmentRecord = z.output<typeof EnvironmentRecord>;

/** A signed item that was about to be sent, and may have been. */
export const PendingItem = z.strictObject({
  step: z.enum(["spawn", "evaluate"]),
  /** For a spawn, the item's own id. */
  process: z.string().min(1),
  id: z.string().min(1),
  raw: z.base64(),
  owner: z.string().min(1),
  spawnDigest: DigestText,
  /** What the item evaluates; a spawn that does not run its data has none. */
  codeDigest: DigestText.optional(),
  linksDigest: DigestText.optional(),
});
export type PendingItem = z.output<typeof PendingItem>;

export const Journal = z.strictObject({
  version: z.literal(2),
  items: z.record(z.string(), PendingItem),
});
export type Journal = z.output<typeof Journal>;
