/** Both count from 1; the column in UTF-16 units, as editors do. */
export type LineColumn = { readonly line: number; readonly column: number };

/** Finds the line and column of an offset. */
export function placesIn(text: string): (offset: number) => LineColumn {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

/** The offset of a place, at most the text's length. */
export function offsetOf(text: string, { line, column }: LineColumn): number {
  let start = 0;
  for (let before = 1; before < line; before += 1) {
    const feed = text.indexOf("\n", start);
    if (feed === -1) break;
    start = feed + 1;
  }
  return Math.min(start + column - 1, text.length);
}
