import { openFileWindow } from "../layers/file-window.ts";
import { readLayer } from "../layers/read-layer.ts";
import type { LayerMember } from "../layers/read-layer.ts";

/** A layer and where its tar lies. */
export type StoredLayer = { readonly digest: string; readonly file: string };

export type FoundFiles = {
  /** In the order of layers, and in a layer of places: who reads them so goes through each layer once. */
  readonly files: readonly FoundFile[];
  /** What could not be looked into, and why. */
  readonly unread: readonly string[];
};

export type FoundFile = {
  readonly name: string;
  readonly layer: StoredLayer;
  readonly at: number;
  readonly sizeBytes: number;
};

/**
 * The wanted files of an image as its layers make it, lowest first: what a whiteout, or something else in its place,
 * took away is not among them (OCI image-spec, layer.md).
 */
export async function findFiles(
  layers: readonly StoredLayer[],
  isWanted: (name: string) => boolean,
): Promise<FoundFiles> {
  const found = new Map<string, FoundFile>();
  const unread: string[] = [];
  for (const layer of layers) {
    await using window = await openFileWindow(layer.file);
    const members = await readLayer(window);
    if (!members.ok) {
      unread.push(`layer ${layer.digest}: ${members.failure.detail}`);
      continue;
    }
    removeHidden(found, members.value);
    addWanted(found, layer, members.value, isWanted);
  }
  const place = new Map(layers.map((layer, at) => [layer, at]));
  const order = (file: FoundFile): number => place.get(file.layer) ?? 0;
  const files = [...found.values()].toSorted((a, b) => order(a) - order(b) || a.at - b.at);
  return { files, unread };
}

/** Hands each file to `take`; one that is larger than `mostBytes` is not read, and answered by name. */
export async function readFiles(
  files: readonly FoundFile[],
  mostBytes: number,
  take: (name: string, content: Buffer) => void,
): Promise<readonly string[]> {
  const tooLarge: string[] = [];
  for (const [layer, own] of Map.groupBy(files, (file) => file.layer)) {
    await using window = await openFileWindow(layer.file);
    for (const { name, at, sizeBytes } of own) {
      if (sizeBytes > mostBytes) {
        tooLarge.push(name);
        continue;
      }
      const content = Buffer.alloc(sizeBytes);
      for (let done = 0; done < sizeBytes;) {
        done += (await window.read(at + done, sizeBytes - done)).copy(content, done);
      }
      take(name, content);
    }
  }
  return tooLarge;
}

const whiteout = ".wh.";
const opaque = ".wh..wh..opq";

/** Takes out what these members hide of the layers below. */
function removeHidden(found: Map<string, FoundFile>, members: readonly LayerMember[]): void {
  const folders = new Set([...found.keys()].flatMap(foldersAbove));
  const hide = (name: string): void => {
    found.delete(name);
    if (folders.has(name)) hideBelow(name);
  };
  const hideBelow = (folder: string): void => {
    const start = folder === "" ? "" : `${folder}/`;
    for (const name of found.keys()) if (name.startsWith(start)) found.delete(name);
  };
  for (const { name, type } of members) {
    const slash = name.lastIndexOf("/");
    const last = name.slice(slash + 1);
    const folder = name.slice(0, Math.max(slash, 0));
    if (last === opaque) hideBelow(folder);
    else if (last.startsWith(whiteout)) {
      hide(`${folder === "" ? "" : `${folder}/`}${last.slice(whiteout.length)}`);
    } else if (type === "directory") found.delete(name);
    else hide(name);
  }
}

function addWanted(
  found: Map<string, FoundFile>,
  layer: StoredLayer,
  members: readonly LayerMember[],
  isWanted: (name: string) => boolean,
): void {
  const files = new Map(members.filter(isFile).map((member) => [member.name, member]));
  for (const member of members) {
    const content = member.type === "link" ? files.get(plain(member.linkName)) : member;
    if (content === undefined || !isFile(content) || !isWanted(member.name)) continue;
    const { contentAt: at, sizeBytes } = content;
    found.set(member.name, { name: member.name, layer, at, sizeBytes });
  }
}

function isFile({ type }: LayerMember): boolean {
  return type === "file";
}

function plain(name: string): string {
  return name.replace(/^(\.?\/)+/, "");
}

function foldersAbove(name: string): readonly string[] {
  const parts = name.split("/");
  return parts.slice(0, -1).map((_, at) => parts.slice(0, at + 1).join("/"));
}
