import type { Section, Table, Target } from "./section.ts";

const heading = `# Benchmarks

Written by \`make bench\`; \`make bench ROWS=cold,warm\` measures some parts anew and keeps the others.

Whole processes, from their start to their end, page cache warm. In each round every contender runs once, in turn; the first
round does not count. Times are medians of the rounds, with the quickest and the slowest. Ratios are medians of the ratios of
the rounds. CPU and peak memory are the kernel's figures: CPU of all processes of a contender, memory of its largest one. Every
output was checked to be whole.
`;

/** Whether a target is met: computed from the figure, as it was measured. */
function isMet({ figure, side, bound }: Target): boolean {
  return side === "at most" ? figure <= bound : figure >= bound;
}

export function renderTarget(target: Target): readonly string[] {
  const { what, figure, side, bound, unit } = target;
  const digits = unit === "×" ? 2 : 1;
  const verdict = isMet(target) ? "met" : "**NOT MET**";
  return [what, `${figure.toFixed(digits)} ${unit}`, `${side} ${bound} ${unit}`, verdict];
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function renderTable({ head, rows }: Omit<Table, "title">, textColumns: number): string {
  const rule = head.map((_, column) => (column < textColumns ? "---" : "---:"));
  return [head, rule, ...rows].map(rowOf).join("\n");
}

function renderSection(section: Section): string {
  const tables = section.tables.map((table) => `### ${table.title}\n\n${renderTable(table, 1)}\n`);
  const chart =
    section.lines.length > 0 ? ["![Cost per file by size of the tree](growth.svg)\n"] : [];
  const text = section.text.map((paragraph) => `${paragraph}\n`);
  return [
    `## ${section.title}\n`,
    ...text,
    ...chart,
    ...tables,
    `Measured: ${section.measured}.\n`,
  ].join("\n");
}

/** The day, with which the machine's line begins. */
function dayOf(measured: string): string {
  return measured.slice(0, "2026-11-21".length);
}

function renderTargets(sections: readonly Section[]): string {
  const rows = sections.flatMap(({ targets, measured }) =>
    targets.map((target) => [...renderTarget(target), dayOf(measured)]),
  );
  const head = ["what", "measured", "target", "met?", "on"];
  const note = "The machine, the commit and the versions are at the end of each section.";
  return `## Targets\n\n${note}\n\n${renderTable({ head, rows }, head.length)}\n`;
}

/** All of docs/benchmarks.md. */
export function renderDocument(sections: readonly Section[]): string {
  return [heading, renderTargets(sections), ...sections.map(renderSection)].join("\n");
}
