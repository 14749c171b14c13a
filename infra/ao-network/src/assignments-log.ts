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
  z.strictObject({ kind: z.enum(["pushed", "overrun"]), message: Id }),
]);

export type LogEntry =
  | { readonly kind: "assignment"; readonly assignment: Assignment }
  /** What this message sent to other processes is assigned too. */
  | { readonly kind: "pushed"; readonly message: Id }
  /** The evaluation of this message was given up at the time limit. */
  | { readonly kind: "overrun"; readonly message: Id };

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
  return ok(logOf(handle, entries.value, wholeBytes));
}

function logOf(
  handle: FileHandle,
  entries: readonly LogEntry[],
  wholeBytes: number,
): AssignmentsLog {
  const state = { sizeBytes: wholeBytes, last: Promise.resolve<unknown>(undefined) };
  const write = async (line: Uint8Array) => {
    try {
      await handle.appendFile(line);
      await handle.datasync();
      state.sizeBytes += line.byteLength;
    } catch (error) {
      // A full disk can leave a part of the line, and the next line must not be joined to it.
      await handle.truncate(state.sizeBytes);
      throw error;
    }
  };
  return {
    entries,
    append: (entry) => {
      const line = Buffer.from(`${JSON.stringify(lineOf(entry))}\n`);
      const written = state.last.then(() => write(line));
      state.last = written.catch(() => undefined);
      return written;
    },
    [Symbol.asyncDispose]: async () => {
      await state.last;
      await handle.close();
    },
  };
}

function lineOf(entry: LogEntry): z.output<typeof Entry> {
  if (entry.kind !== "assignment") return entry;
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
  if (parsed.data.kind !== "assignment") return parsed.data;
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
