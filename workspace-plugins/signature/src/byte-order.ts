/**
 * The order of two texts as UTF-8 bytes, which is that of their code points. JavaScript compares UTF-16 code units:
 * there a surrogate (above U+FFFF) stands before U+E000 to U+FFFF.
 */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

/** Where a code unit stands among code points: surrogates after everything else. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** The items whose paths lie below a folder, of items in the order of their paths. */
export function itemsBelow<Item>(
  sorted: readonly Item[],
  pathOf: (item: Item) => string,
  folder: string,
): readonly Item[] {
  const start = firstAtLeast(sorted, pathOf, `${folder}/`);
  // "0" is the character after "/".
  return sorted.slice(start, firstAtLeast(sorted, pathOf, `${folder}0`));
}

/** The place of the first item whose text is not before `wanted`, of items in the order of their texts. */
export function firstAtLeast<Item>(
  sorted: readonly Item[],
  textOf: (item: Item) => string,
  wanted: string,
): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && compareBytes(textOf(item), wanted) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
