import type { FoundDependency, Imported, Scan } from "@slipway/packages";
import { printable } from "./printable.ts";

/** What a package imports, in the lines of aigg, and what to declare as `aigogo.json` has it. */
export function scanLines(scan: Scan): readonly string[] {
  const { dependencies, agentPackages, unusable, suggestions } = scan;
  const lines = [
    ...headed(`Found ${counted(dependencies.length)}`, dependencies.map(dependencyLine)),
    ...headed("Agent packages, to be locked beside this one", agentPackages.map(importedLine)),
    ...headed("No package can have these names", unusable.map(importedLine)),
    ...headed("Files that the package does not hold", scan.unpacked.map(importedLine)),
    ...headed(
      "Declared and not imported",
      scan.unused.map((name) => `  - ${name}`),
    ),
  ];
  const { runtime, dev } = suggestions;
  if (runtime.length + dev.length === 0) {
    lines.push("✓ All detected dependencies are already declared!");
  } else lines.push("Declare in aigogo.json:", ...suggestionLines(suggestions));
  return lines.map(printable);
}

function counted(count: number): string {
  if (count === 0) return "no external dependencies";
  return count === 1 ? "1 external dependency" : `${count} external dependencies`;
}

function headed(head: string, lines: readonly string[]): readonly string[] {
  if (lines.length > 0) return [`${head}:`, ...lines, ""];
  return head.startsWith("Found") ? [head] : [];
}

function dependencyLine({ kind, ...found }: FoundDependency): string {
  const what = { runtime: "", optional: ", optional", types: ", for types alone" } as const;
  return importedLine(found).replace(/\)$/, `${what[kind]})`);
}

/** With the file and line of every import. */
function importedLine({ name, imports }: Imported): string {
  const places = imports.map(({ file, line }) => `${file}:${line}`);
  return `  - ${name} (in ${[...new Set(places)].join(", ")})`;
}

function suggestionLines({ runtime, dev }: Scan["suggestions"]): readonly string[] {
  const lists = Object.entries({ runtime, dev }).filter(([, list]) => list.length > 0);
  return [
    `  "dependencies": {`,
    ...lists.flatMap(([name, list], at) => [
      `    ${JSON.stringify(name)}: [`,
      ...list.map((one, of) => {
        const fields = Object.entries(one).map(
          ([field, value]) => `${JSON.stringify(field)}: ${JSON.stringify(value)}`,
        );
        return `      {${fields.join(", ")}}${of < list.length - 1 ? "," : ""}`;
      }),
      `    ]${at < lists.length - 1 ? "," : ""}`,
    ]),
    "  }",
  ];
}
