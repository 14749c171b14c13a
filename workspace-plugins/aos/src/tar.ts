const blockSizeBytes = 512;

/** The bytes of one file in a tar, by its full name in the old header; the caller checks their digest. */
export function findInTar(tar: Uint8Array, name: string): Uint8Array | undefined {
  let at = 0;
  while (at + blockSizeBytes <= tar.byteLength) {
    const header = tar.subarray(at, at + blockSizeBytes);
    const sizeBytes = Number.parseInt(textAt(header, 124, 12), 8);
    // The end is marked by blocks of zeros.
    if (Number.isNaN(sizeBytes)) return undefined;
    const start = at + blockSizeBytes;
    if (nameOf(header) === name) return tar.subarray(start, start + sizeBytes);
    at = start + Math.ceil(sizeBytes / blockSizeBytes) * blockSizeBytes;
  }
  return undefined;
}

function nameOf(header: Uint8Array): string {
  const isUstar = textAt(header, 257, 6) === "ustar";
  const prefix = isUstar ? textAt(header, 345, 155) : "";
  const name = textAt(header, 0, 100);
  return prefix === "" ? name : `${prefix}/${name}`;
}

function textAt(header: Uint8Array, offset: number, length: number): string {
  const [text = ""] = Buffer.from(header.subarray(offset, offset + length))
    .toString("latin1")
    .split("\0");
  return text;
}
