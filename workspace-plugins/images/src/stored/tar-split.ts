import { parseJson } from "@slipway/signature/basics";
import { z } from "zod";

/**
 * A piece of a layer as it was packed: bytes of its tar, or the content of a file. A name is bytes, each of which is one
 * character, as in the tar.
 */
export type TarPiece =
  | { readonly bytes: Uint8Array }
  | { readonly name: string; readonly sizeBytes: number };

/** The record that Docker keeps of how a layer was packed: one line of JSON a piece (vbatts/tar-split, tar/storage). */
export function readTarSplit(text: string): readonly TarPiece[] | undefined {
  const pieces: TarPiece[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const entry = Entry.safeParse(parseJson(line));
    if (!entry.success) return undefined;
    const { data } = entry;
    if (data.type === segment) pieces.push({ bytes: Buffer.from(data.payload, "base64") });
    else if (data.size > 0) pieces.push({ name: nameOf(data), sizeBytes: data.size });
  }
  return pieces;
}

export function sizeOf(pieces: readonly TarPiece[]): number {
  return pieces.reduce(
    (sum, piece) => sum + ("bytes" in piece ? piece.bytes.length : piece.sizeBytes),
    0,
  );
}

const file = 1;
const segment = 2;

/** Of a name that is no UTF-8 only `name_raw` is there; of a file without content no size. */
const Entry = z.discriminatedUnion("type", [
  z.object({
    type: z.literal(file),
    name: z.string().default(""),
    name_raw: z.string().optional(),
    size: z.int().nonnegative().default(0),
  }),
  z.object({ type: z.literal(segment), payload: z.string() }),
]);

type FileEntry = Extract<z.output<typeof Entry>, { type: typeof file }>;

function nameOf({ name, name_raw: raw }: FileEntry): string {
  return Buffer.from(raw ?? name, raw === undefined ? "utf8" : "base64").toString("latin1");
}
