import { open, readFile } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import { linkHashChain } from "./assignment.ts";
import type { Assignment } from "./assignment.ts";
import type { NetworkFailure } from "./failure.ts";
import { parseId } from "./id.ts";
import type { Id } from "./id.ts";
import { parseItem } from "./item.ts";

const Id = z.string().transform((text, context) => {
  const id = parseId(text);
  if (id !== undefined) return id;
  context.addIssue("not an id");
  return z.NEVER;
});

const Entry = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("assignment"),
    process: Id,
    nonce: z.int().nonnegative(),
    timestampMs: z.int(),
    blockHeight: z.int(),
    hashChain: Id,
    item: z.base64(),
  }),
  z.strictObject({ kind: z.literal("pushed"), message: Id }),
]);

export type LogEntry =
  | { readonly kind: "assignment"; readonly assignment: Assignment }
  /** What this message sent to other processes is assigned too. */
  | { readonly kind: "pushed"; readonly message: Id };

/** The only durable state of the network: one line an entry, appended and flushed before a client hears of it. */
export type AssignmentsLog = AsyncDisposable & {
  readonly entries: readonly LogEntry[];
  readonly append: (entry: LogEntry) => Promise<void>;
};

export async function openAssignmentsLog(
  file: string,
): Promise<Result<AssignmentsLog, NetworkFailure>> {
  const handle = await open(file, "a+", 0o600);
  const bytes = await readFile(handle);
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const entries = parseLines(bytes.subarray(0, wholeBytes).toString("utf8"), file);
  if (!entries.ok) {
    await handle.close();
    return entries;
  }
  // A stop in the middle of a write leaves a last line without its end: nobody was told of it.
  if (wholeBytes < bytes.byteLength) await handle.truncate(wholeBytes);
  return ok(logOf(handle, entries.value));
}

function logOf(handle: FileHandle, entries: readonly LogEntry[]): AssignmentsLog {
  return {
    entries,
    append: async (entry) => {
      await handle.appendFile(`${JSON.stringify(lineOf(entry))}\n`);
      await handle.datasync();
    },
    [Symbol.asyncDispose]: async () => {
      await handle.close();
    },
  };
}

function lineOf(entry: LogEntry): z.output<typeof Entry> {
  if (entry.kind === "pushed") return entry;
  const { item, ...place } = entry.assignment;
  return { kind: "assignment", ...place, item: Buffer.from(item.raw).toString("base64") };
}

function parseLines(text: string, file: string): Result<readonly LogEntry[], NetworkFailure> {
  const chains = new Map<Id, Assignment>();
  const entries: LogEntry[] = [];
  for (const [index, line] of text.split("\n").slice(0, -1).entries()) {
    const entry = parseLine(line, chains);
    if (entry === undefined) return fail({ reason: "log-corrupt", file, line: index + 1 });
    if (entry.kind === "assignment") chains.set(entry.assignment.process, entry.assignment);
    entries.push(entry);
  }
  return ok(entries);
}

function parseLine(line: string, chains: ReadonlyMap<Id, Assignment>): LogEntry | undefined {
  const parsed = Entry.safeParse(jsonOf(line));
  if (!parsed.success) return undefined;
  if (parsed.data.kind === "pushed") return parsed.data;
  const { kind, item: base64, ...place } = parsed.data;
  const item = parseItem(Buffer.from(base64, "base64"));
  if (!item.ok) return undefined;
  const assignment = { ...place, item: item.value };
  return follows(chains.get(place.process), assignment) ? { kind, assignment } : undefined;
}

function follows(previous: Assignment | undefined, next: Assignment): boolean {
  const nonce = previous === undefined ? 0 : previous.nonce + 1;
  return (
    next.nonce === nonce && next.hashChain === linkHashChain(previous?.hashChain, next.item.id)
  );
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
