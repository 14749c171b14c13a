const fields = [
  { first: 0, last: 59, names: [] },
  { first: 0, last: 23, names: [] },
  { first: 1, last: 31, names: [] },
  { first: 1, last: 12, names: "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ") },
  { first: 0, last: 7, names: "SUN MON TUE WED THU FRI SAT".split(" ") },
] as const;

type Field = { readonly first: number; readonly last: number; readonly names: readonly string[] };

/** With lists of numbers for steps, ranges and names, which CircleCI does not read. `undefined`: this is none of five fields. */
export function expandCron(cron: string): string | undefined {
  const parts = cron.trim().split(/\s+/);
  if (parts.length !== fields.length) return undefined;
  const expanded = parts.map((part, at) => {
    const field = fields[at];
    return field === undefined ? undefined : expandField(part, field);
  });
  return expanded.includes(undefined) ? undefined : expanded.join(" ");
}

function expandField(part: string, field: Field): string | undefined {
  if (part === "*") return part;
  const lists = part.split(",").map((one) => expandItem(one, field));
  if (lists.includes(undefined)) return undefined;
  const numbers = lists
    .flatMap((list) => list ?? [])
    .map((one) => (field.last === 7 ? one % 7 : one));
  return [...new Set(numbers)].toSorted((a, b) => a - b).join(",");
}

function expandItem(item: string, field: Field): readonly number[] | undefined {
  const found = /^(?:\*|(?<from>\w+)(?:-(?<to>\w+))?)(?:\/(?<step>\d+))?$/.exec(item)?.groups;
  if (found === undefined) return undefined;
  const usual = field.last === 7 ? 6 : field.last;
  const from = found["from"] === undefined ? field.first : numberOf(found["from"], field);
  const end = found["to"] === undefined ? undefined : numberOf(found["to"], field);
  const isOne =
    found["from"] !== undefined && found["to"] === undefined && found["step"] === undefined;
  const to = end ?? (isOne ? from : usual);
  const step = Number(found["step"] ?? 1);
  const isLegal = from >= field.first && to <= field.last && from <= to && step > 0;
  if (!isLegal) return undefined;
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => from + at * step);
}

/** NaN for what is none. */
function numberOf(text: string, { first, names }: Field): number {
  const at = names.indexOf(text.toUpperCase());
  return at === -1 ? Number(text) : at + first;
}
