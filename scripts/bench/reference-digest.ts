import { createHash } from "node:crypto";
import { linesOf } from "./lines.ts";

type Node = { readonly hash: string; readonly sizeBytes: number };
type Folder = { readonly files: Map<string, Node>; readonly folders: Map<string, Folder> };

const hexDigits = 64;

/**
 * The digest of the root Directory message of the Remote Execution API over plain, non-executable files, from the lines
 * of sha256sum. Written against the specification alone, to say whether ours are right.
 */
export function directoryDigest(sums: string, sizeOf: (file: string) => number): string {
  const root: Folder = { files: new Map(), folders: new Map() };
  for (const line of linesOf(sums)) {
    const file = line.slice(hexDigits + 2);
    const parts = file.split("/");
    const name = parts.pop() ?? "";
    const holder = parts.reduce((folder, part) => {
      const inner = folder.folders.get(part) ?? { files: new Map(), folders: new Map() };
      folder.folders.set(part, inner);
      return inner;
    }, root);
    holder.files.set(name, { hash: line.slice(0, hexDigits), sizeBytes: sizeOf(file) });
  }
  return digestOfFolder(root).hash;
}

function digestOfFolder({ files, folders }: Folder): Node {
  const inner = new Map([...folders].map(([name, folder]) => [name, digestOfFolder(folder)]));
  const message = Buffer.concat([...entries(1, files), ...entries(2, inner)]);
  return { hash: createHash("sha256").update(message).digest("hex"), sizeBytes: message.length };
}

/** Field `tag` of a Directory: nodes of a name (1) and a digest (2), in the order of the bytes of the names. */
function entries(tag: number, nodes: ReadonlyMap<string, Node>): readonly Buffer[] {
  return [...nodes]
    .map(([name, { hash, sizeBytes }]) => {
      const size = sizeBytes === 0 ? [] : [Buffer.from([2 << 3]), varint(sizeBytes)];
      const digest = Buffer.concat([bytesField(1, Buffer.from(hash)), ...size]);
      const bytes = Buffer.from(name);
      return { bytes, node: Buffer.concat([bytesField(1, bytes), bytesField(2, digest)]) };
    })
    .toSorted((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ node }) => bytesField(tag, node));
}

function bytesField(tag: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(tag << 3) | 2]), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
