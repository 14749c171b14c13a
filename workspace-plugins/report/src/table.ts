import { printableLine, printedWidth } from "./printable.ts";

/** Rows as printable lines with aligned columns, two spaces between, nothing behind the last. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, printedWidth(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, at) => printableLine(cell) + " ".repeat((widths[at] ?? 0) - printedWidth(cell)))
      .join("  ")
      .trimEnd(),
  );
}

/** A table with a head and a rule under it. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const lines = columns([head, ...rows]);
  const width = Math.max(...lines.map((line) => printedWidth(line)));
  return [lines[0] ?? "", "─".repeat(width), ...lines.slice(1)];
}
