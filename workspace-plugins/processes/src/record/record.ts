import { DigestText } from "@slipway/definitions/digest-text";
import { z } from "zod";

/** Of an item, a process or an address. It becomes part of the URLs that units are asked by. */
const Id = z.string().regex(/^[A-Za-z0-9_-]+$/, "must be an id");

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
  process: Id,
  spawnDigest: DigestText,
  /** Of the code that the process runs since; a spawn without code has none. */
  codeDigest: DigestText.optional(),
  linksDigest: DigestText.optional(),
  /** That evaluated the code; the process itself when its spawn did. */
  message: Id.optional(),
  /** The address that signed. */
  by: Id,
  /** The environment that the code came from. */
  from: z.string().min(1).optional(),
  commit: Commit.optional(),
});
export type HistoryEntry = z.output<typeof HistoryEntry>;

const Spawned = z.strictObject({
  process: Id,
  owner: Id,
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
    provenBy: Id,
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
  process: Id,
  id: Id,
  raw: z.base64(),
  owner: Id,
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
