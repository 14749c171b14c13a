/** What a unit answers, and no more than one piece beyond the limit, however much it sends or unpacks to. */
export async function answerBytes(response: Response, limitBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  if (body === null) return new Uint8Array();
  for await (const piece of body) {
    pieces.push(piece);
    sizeBytes += piece.byteLength;
    if (sizeBytes > limitBytes) break;
  }
  return Buffer.concat(pieces);
}
