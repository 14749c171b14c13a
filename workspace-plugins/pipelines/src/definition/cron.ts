const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const fields = [
  { from: 0, to: 59, names: [] },
  { from: 0, to: 23, names: [] },
  { from: 1, to: 31, names: [] },
  { from: 1, to: 12, names: months },
  { from: 0, to: 6, names: days },
] as const;

/** Whether `text` is a POSIX cron expression, with steps and names as every provider takes them. */
export function isCron(text: string): boolean {
  const parts = text.trim().split(/\s+/);
  return (
    parts.length === fields.length &&
    fields.every((field, at) => (parts[at] ?? "").split(",").every((part) => isPart(part, field)))
  );
}

function isPart(part: string, field: (typeof fields)[number]): boolean {
  const [range = "", step, ...rest] = part.split("/");
  if (rest.length > 0 || (step !== undefined && !/^[1-9]\d?$/.test(step))) return false;
  if (range === "*") return true;
  const ends = range.split("-").map((end) => valueOf(end, field));
  if (ends.length > 2 || ends.some((end) => end === undefined)) return false;
  const [first = 0, last = first] = ends;
  return first <= last;
}

function valueOf(text: string, { from, to, names }: (typeof fields)[number]): number | undefined {
  const named = names.findIndex((name) => name === text.toUpperCase());
  const value = named === -1 ? (/^\d{1,2}$/.test(text) ? Number(text) : -1) : from + named;
  return value >= from && value <= to ? value : undefined;
}
