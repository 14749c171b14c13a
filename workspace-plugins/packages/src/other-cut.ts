const longestName = 1024;

/** Looks at the files of a package, one after another, as they are read. */
export type OtherCut = {
  readonly see: (chunk: Uint8Array) => void;
  /** The file has been read. */
  readonly end: () => void;
  /**
   * Whether the same integrity could be that of the same names with other contents: NUL bytes end names and contents in
   * it, so that a name between two of them, within a content, reads like the next file.
   */
  readonly isFound: () => boolean;
};

export function openOtherCut(files: readonly string[]): OtherCut {
  const names = [...files, "__manifest__"].map((name) => Buffer.from(name));
  const byLength = Map.groupBy(names, ({ byteLength }) => byteLength);
  let hasNul = false;
  let isFound = false;
  /** What was read since the last NUL, in the chunks before; `undefined` where that is longer than any name. */
  let part: Buffer | undefined = Buffer.alloc(0);
  const keep = (bytes: Uint8Array): void => {
    const isShort = part !== undefined && part.byteLength + bytes.byteLength <= longestName;
    part = isShort && part !== undefined ? Buffer.concat([part, bytes]) : undefined;
  };
  const look = (bytes: Uint8Array, from: number, to: number): void => {
    isFound ||= byLength.get(to - from)?.some((name) => isAt(name, bytes, from)) ?? false;
  };
  const lookAtPart = (): void => {
    if (part !== undefined) look(part, 0, part.byteLength);
    part = Buffer.alloc(0);
  };
  return {
    see: (chunk) => {
      let from = 0;
      // Sources have no NUL, and are looked through at once.
      for (let at = chunk.indexOf(0); at !== -1 && at < chunk.byteLength; at += 1) {
        if (chunk[at] !== 0) continue;
        if (from > 0 || part?.byteLength === 0) {
          if (at > from) look(chunk, from, at);
        } else {
          keep(chunk.subarray(0, at));
          lookAtPart();
        }
        hasNul = true;
        from = at + 1;
      }
      if (from < chunk.byteLength) keep(chunk.subarray(from));
    },
    end: () => {
      if (hasNul) lookAtPart();
      hasNul = false;
      part = Buffer.alloc(0);
    },
    isFound: () => isFound,
  };
}

function isAt(name: Uint8Array, bytes: Uint8Array, from: number): boolean {
  for (let at = 0; at < name.byteLength; at += 1) {
    if (name[at] !== bytes[from + at]) return false;
  }
  return true;
}
