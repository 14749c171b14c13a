import { createReadStream, createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract as openExtract, pack as openPack } from "tar-stream";
import type { Extract, ExtractEvents, Header, Pack } from "tar-stream";

type NewHeader = Partial<Header> & Pick<Header, "name">;
type Chunks = Iterable<unknown> | AsyncIterable<unknown>;

/** A member as it is read: its header, and its content as a stream. */
export type ArchiveMember = ExtractEvents["entry"][1];

/** The library's own kind of stream: `write` answers false when it wants a pause. */
type Sink = ReturnType<Pack["entry"]> | Extract;

/** One member of an archive that we write: bytes at hand, or a file of known size. */
export type Member = {
  readonly name: string;
  readonly executable?: boolean;
} & (
  | { readonly bytes: Uint8Array }
  | { readonly file: string; readonly sizeBytes: number }
  | { readonly linkTarget: string }
);

/** What is written to a disk at once. */
const pieceBytes = 2 ** 20;

/** All times in what we write: one second, the same everywhere. */
const epoch = new Date(0);

/** An archive of exactly these members in this order: same members, same bytes. */
export function packMembers(members: Iterable<Member>): Readable {
  return Readable.from(packed(members));
}

async function* packed(members: Iterable<Member>): AsyncGenerator {
  const pack = openPack();
  const writing = writeMembers(pack, members).then(
    () => {
      pack.finalize();
      return undefined;
    },
    (error: unknown) => {
      pack.destroy();
      return { error };
    },
  );
  try {
    for await (const chunk of pack) yield chunk;
  } catch (error) {
    // A pack that ended early says only that: why it did is what its writer met.
    throw (await writing)?.error ?? error;
  }
  const failed = await writing;
  if (failed !== undefined) throw failed.error;
}

async function writeMembers(pack: Pack, members: Iterable<Member>): Promise<void> {
  for (const member of members) {
    const { name } = member;
    const header = { name, mtime: epoch, mode: member.executable === true ? 0o755 : 0o644 };
    if ("bytes" in member) {
      await writeEntry(pack, { ...header, size: member.bytes.byteLength }, [member.bytes]);
    } else if ("file" in member) {
      const content = createReadStream(member.file);
      await writeEntry(pack, { ...header, size: member.sizeBytes }, content);
    } else {
      await writeEntry(pack, { ...header, type: "symlink", linkname: member.linkTarget }, []);
    }
  }
}

async function writeEntry(pack: Pack, header: NewHeader, content: Chunks): Promise<void> {
  await feed(content, pack.entry(header));
}

async function feed(chunks: Chunks, sink: Sink): Promise<void> {
  const told = (event: "close" | "drain"): Promise<void> =>
    new Promise((resolve) => sink.once(event, () => resolve()));
  const errors: Error[] = [];
  sink.once("error", (error) => errors.push(error));
  const closed = told("close");
  for await (const chunk of chunks) {
    if (sink.destroyed) break;
    if (!sink.write(chunk)) await Promise.race([told("drain"), closed]);
  }
  sink.end(undefined);
  await closed;
  const [error] = errors;
  if (error !== undefined) throw error;
}

/** Hands each member of an archive to `take`. One that breaks off ends it with what broke it off. */
export async function eachMember(
  archive: Chunks,
  take: (member: ArchiveMember) => Promise<void>,
): Promise<void> {
  const extract = openExtract();
  const errors: Error[] = [];
  extract.once("error", (error) => errors.push(error));
  const feeding = feed(archive, extract).catch((error: unknown) => {
    extract.destroy(errorOf(error));
  });
  try {
    for await (const member of extract) await take(member);
  } catch (error) {
    // A member that broke off says only that: why it did is what the archive met.
    throw errors[0] ?? error;
  }
  await feeding;
}

/** A pipe would wait without end for a member that broke off before it was connected. */
async function* contentOf(member: ArchiveMember): AsyncGenerator<Uint8Array> {
  for await (const chunk of member) {
    if (!(chunk instanceof Uint8Array)) throw new Error("internal: an archive of no bytes");
    yield chunk;
  }
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** A regular file of an archive, and the place that its name means. What is not read of it is passed over. */
export type ArchivedFile = {
  readonly name: string;
  readonly place: string;
  readonly sizeBytes: number;
  readonly content: AsyncIterable<Uint8Array>;
};

/**
 * Hands the regular files of an archive to `take`, or writes them under `folder`, and answers the links it holds, by
 * name. An engine's own archive has no other members; a name that would leave the folder is refused.
 */
export async function unpackArchive(
  archive: Readable,
  folder: string,
  take: (file: ArchivedFile) => Promise<void> = writeArchived,
): Promise<ReadonlyMap<string, string>> {
  const links = new Map<string, string>();
  await eachMember(archive, async (member) => {
    const { name, type, linkname, size } = member.header;
    const place = path.resolve(folder, name);
    if (!place.startsWith(path.resolve(folder) + path.sep)) {
      throw new Error(`the engine's archive names a file outside of it: ${JSON.stringify(name)}`);
    }
    if (type === "file") {
      await take({ name, place, sizeBytes: size, content: contentOf(member) });
    }
    if (type === "symlink" || type === "link") {
      links.set(name, path.posix.normalize(path.posix.join(path.posix.dirname(name), linkname)));
    }
    member.resume();
  });
  return links;
}

export async function writeArchived({ place, content }: ArchivedFile): Promise<void> {
  await mkdir(path.dirname(place), { recursive: true });
  await pipeline(content, createWriteStream(place, { highWaterMark: pieceBytes }));
}
