/** Where keys and table headers stand in a TOML text. */
export type TomlPlaces = readonly TomlPlace[];

type TomlPlace = {
  /** Indices of arrays of tables are numbers in text. */
  readonly path: readonly string[];
  readonly offset: number;
  readonly length: number;
};

const keyPart = String.raw`(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')`;
const dottedKey = String.raw`${keyPart}(?:\s*\.\s*${keyPart})*`;
const headerLine = new RegExp(String.raw`^\s*(\[\[?)\s*(${dottedKey})\s*\]`);
const keyLine = new RegExp(String.raw`^\s*(${dottedKey})\s*=`);

/** The parser tells values, not places; this reads the lines again. Keys of an inline table stand for themselves. */
export function findPlaces(text: string): TomlPlaces {
  const places: TomlPlace[] = [];
  const counts = new Map<string, number>();
  let table: readonly string[] = [];
  let offset = 0;
  let quote: string | undefined;
  for (const line of text.split("\n")) {
    const header = quote === undefined ? headerLine.exec(line) : undefined;
    const key = quote === undefined ? keyLine.exec(line) : undefined;
    const found = header?.[2] ?? key?.[1];
    if (found !== undefined) {
      const isArray = header?.[1] === "[[";
      if (header) table = headerPath(partsOf(found), isArray, counts);
      const path = header ? table : [...table, ...partsOf(found)];
      places.push({ path, offset: offset + line.indexOf(found), length: found.length });
    }
    quote = quoteAfter(line, quote);
    offset += line.length + 1;
  }
  return places;
}

/** The place of `path`, or of what should hold it; the start of the text where nothing is known. */
export function placeOf(
  places: TomlPlaces,
  path: readonly PropertyKey[],
): { readonly offset: number; readonly length: number } {
  const wanted = path.map(String);
  const holders = places.filter((place) => place.path.every((part, at) => part === wanted[at]));
  const nearest = holders.toSorted((a, b) => b.path.length - a.path.length)[0];
  return { offset: nearest?.offset ?? 0, length: nearest?.length ?? 1 };
}

function headerPath(
  parts: readonly string[],
  isArray: boolean,
  counts: Map<string, number>,
): readonly string[] {
  if (!isArray) return parts;
  const name = parts.join("\0");
  const at = counts.get(name) ?? 0;
  counts.set(name, at + 1);
  return [...parts, String(at)];
}

function partsOf(key: string): readonly string[] {
  return [...key.matchAll(new RegExp(keyPart, "g"))].map(([part]) =>
    part.replaceAll(/^["']|["']$/g, ""),
  );
}

/** The quote of the multi-line string that is open at the end of a line. */
function quoteAfter(line: string, before: string | undefined): string | undefined {
  let open = before;
  for (const [quote] of line.matchAll(/"""|'''/g)) {
    if (open === undefined) open = quote;
    else if (open === quote) open = undefined;
  }
  return open;
}
