import path from "node:path";
import { hexOf } from "../digest.ts";
import { textByGit } from "../git.ts";
import { digestAt } from "./block.ts";
import type { Notes, Texts } from "./notes.ts";
import { kind, namesIn, pathOf, row, state, wordOf } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";
import { readAsText } from "./text-content.ts";
import { entriesWith } from "./texts.ts";

/**
 * A file that is declared text (the attribute `text`, or an `eol`) is signed as if it had LF, so that a checkout with CR
 * LF signs alike. `text=auto` declares nothing: git itself then looks at what is in the index. Asks git about the files
 * with CR LF of which it was not asked yet, and reads again those that are declared.
 * Returns the folders in which something is signed otherwise than before; `undefined`: there was nothing to ask.
 */
export async function settleTexts({
  root,
  snapshot,
  notes,
  signal,
}: {
  readonly root: string;
  readonly snapshot: Snapshot;
  readonly notes: Notes;
  readonly signal: AbortSignal;
}): Promise<readonly string[] | undefined> {
  const open = undecidedIn(snapshot);
  if (open.size === 0 || notes.scheme === "walk") return undefined;
  // Always: files of attributes can have any name, and lie anywhere.
  const declared = await declaredOf(root, notes, [...open.keys()], signal);
  const moved: string[] = [];
  for (const [file, entry] of open) {
    const before = snapshot.states[entry] ?? 0;
    const isText = declared.has(file);
    if (isText && !(await addText(notes.texts, path.join(root, file), digestAt(snapshot, entry)))) {
      // Another content than the one that was scanned: it is read once more by who needs it.
      snapshot.states[entry] = 0;
      continue;
    }
    snapshot.states[entry] = (before & ~state.text) | state.decided | (isText ? state.text : 0);
    if (((before & state.text) !== 0) !== isText) moved.push(folderOf(file));
  }
  return moved;
}

function undecidedIn(snapshot: Snapshot): ReadonlyMap<string, number> {
  const wanted = state.known | state.crlf;
  const files = new Map<string, number>();
  const open = entriesWith(snapshot, wanted, wanted | state.decided);
  // Both are in the order of the entries.
  let next = 0;
  for (let folder = 0; folder < snapshot.folderCount && next < open.length; folder += 1) {
    const first = wordOf(snapshot, folder, row.firstEntry);
    const last = first + wordOf(snapshot, folder, row.entryCount);
    if ((open[next] ?? last) >= last) continue;
    const at = pathOf(snapshot, folder);
    const prefix = at === "" ? "" : `${at}/`;
    const names = namesIn(snapshot, folder);
    for (let entry = open[next] ?? last; entry < last; entry = open[next] ?? last) {
      if (snapshot.kinds[entry] === kind.file)
        files.set(prefix + (names[entry - first] ?? ""), entry);
      next += 1;
    }
  }
  return files;
}

async function declaredOf(
  root: string,
  { repositories }: Notes,
  files: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const innermost = repositories.toSorted((a, b) => b.length - a.length);
  const groups = Map.groupBy(
    files,
    (file) => innermost.find((one) => one === "" || file.startsWith(`${one}/`)) ?? "",
  );
  const declared = new Set<string>();
  for (const [repository, group] of groups) {
    const start = repository === "" ? 0 : repository.length + 1;
    const names = group.map((file) => file.slice(start));
    const answer = await textByGit(path.join(root, repository), names, signal);
    if (answer.state !== "answered") continue;
    for (const file of group) if (answer.value.has(file.slice(start))) declared.add(file);
  }
  return declared;
}

/** False where the file is not the one with this digest any more. */
async function addText(texts: Texts, file: string, digest: Uint8Array): Promise<boolean> {
  const raw = Buffer.from(digest).toString("hex");
  if (texts[raw] !== undefined) return true;
  const text = await readAsText(file);
  if (text === undefined || hexOf(text.raw) !== raw) return false;
  texts[raw] = [hexOf(text.digest), text.sizeBytes];
  return true;
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf("/")));
}
