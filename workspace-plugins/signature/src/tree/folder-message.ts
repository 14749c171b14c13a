import { compareBytes } from "../byte-order.ts";
import { writeSha256 } from "../digest.ts";
import { signedContent } from "./block.ts";
import type { Columns, FolderMessage } from "./block.ts";
import type { DirectoryWriter } from "./directory-message.ts";
import type { Recording } from "./record.ts";
import type { Texts } from "./notes.ts";
import { digestBytes, kind, state } from "./snapshot.ts";

/** The entries of a folder with what its message says of the folders below it. */
type Content = {
  readonly names: readonly string[];
  /** Of its symlinks, in their order. */
  readonly targets: readonly string[];
  readonly columns: Columns;
  readonly folders: readonly SubfolderNode[];
  readonly texts: Texts;
};

export type SubfolderNode = FolderMessage & { readonly name: string };

/** The Directory message of a folder. Every file has to be known. */
export function writeFolder(writer: DirectoryWriter, content: Content): Uint8Array {
  const { names, targets, columns, texts } = content;
  for (const { name, at } of sortedEntries(content, isFile)) {
    const isExecutable = ((columns.modes[at] ?? 0) & 0o100) !== 0;
    const { digest, sizeBytes } = signedContent(columns, at, texts);
    writer.file(name, digest, sizeBytes, isExecutable);
  }
  const folders = content.folders.toSorted((a, b) => compareBytes(a.name, b.name));
  for (const { name, digest, sizeBytes } of folders) writer.folder(name, digest, sizeBytes);
  if (targets.length === 0) return writer.end();
  const links = names.flatMap((_, at) => (columns.kinds[at] === kind.symlink ? [at] : []));
  for (const { name, at } of sortedEntries(content, (what) => what === kind.symlink)) {
    writer.symlink(name, targets[links.indexOf(at)] ?? "");
  }
  return writer.end();
}

/**
 * The message of a folder that has none below it, made by the thread that has just read it. `undefined` where something
 * in it is not known yet, or is signed otherwise than by its bytes.
 */
export function messageOf(
  { hashes, writer }: Pick<Recording, "hashes" | "writer">,
  content: Pick<Content, "names" | "targets" | "columns">,
): FolderMessage | undefined {
  const { kinds, states } = content.columns;
  if (!hashes) return undefined;
  for (let at = 0; at < kinds.length; at += 1) {
    if (kinds[at] === kind.folder || kinds[at] === kind.submodule) return undefined;
    if (kinds[at] !== kind.file) continue;
    if (((states[at] ?? 0) & (state.known | state.text)) !== state.known) return undefined;
  }
  const message = writeFolder(writer, { ...content, folders: [], texts: {} });
  const digest = new Uint8Array(digestBytes);
  writeSha256(message, digest, 0);
  return { digest, sizeBytes: message.byteLength };
}

export function splitTargets(text: string): readonly string[] {
  return text === "" ? [] : text.split("\0");
}

function isFile(what: number | undefined): boolean {
  return what === kind.file || what === kind.submodule;
}

type Named = { readonly name: string; readonly at: number };

function sortedEntries(
  { names, columns }: Pick<Content, "names" | "columns">,
  isWanted: (what: number | undefined) => boolean,
): readonly Named[] {
  const wanted: Named[] = [];
  let isSorted = true;
  for (let at = 0; at < names.length; at += 1) {
    if (!isWanted(columns.kinds[at])) continue;
    const name = names[at] ?? "";
    isSorted &&= compareBytes(wanted.at(-1)?.name ?? "", name) < 0;
    wanted.push({ name, at });
  }
  // Node's listing is sorted already.
  return isSorted ? wanted : wanted.toSorted((a, b) => compareBytes(a.name, b.name));
}
