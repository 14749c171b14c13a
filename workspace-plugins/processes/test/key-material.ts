import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";

const privateParts = ["d", "p", "q", "dp", "dq", "qi"] as const;
const Jwk = z.object({
  d: z.string(),
  p: z.string(),
  q: z.string(),
  dp: z.string(),
  dq: z.string(),
  qi: z.string(),
});

/** 24 characters each of all private numbers, as base64url, base64 and hex. */
export function piecesOf(wallet: string): readonly string[] {
  const jwk = Jwk.parse(JSON.parse(wallet));
  const texts = privateParts.flatMap((part) => {
    const bytes = Buffer.from(jwk[part], "base64url");
    return [jwk[part], bytes.toString("base64"), bytes.toString("hex")];
  });
  return texts.flatMap((text) => text.match(/.{24}/g) ?? []);
}

/** The files of a folder that hold one of the pieces. */
export async function filesHolding(
  folder: string,
  pieces: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const text = await readFile(file, "latin1");
    if (pieces.some((piece) => text.includes(piece))) found.push(path.relative(folder, file));
  }
  return found;
}
