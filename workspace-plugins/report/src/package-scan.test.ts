import { expect, test } from "vitest";
import { scanLines } from "./package-scan.ts";

const nothing = {
  package: { name: "demo", version: "1.0.0", language: "python" },
  dependencies: [],
  agentPackages: [],
  unusable: [],
  unpacked: [],
  unused: [],
  suggestions: { runtime: [], dev: [] },
} as const;

function place(file: string, line: number) {
  return { file, line, column: 1, specifier: "x", kind: "runtime" } as const;
}

test("a scan is told in the lines of aigg, with the place of every import", () => {
  const places = [place("a.py", 1), place("a.py", 1), place("b.py", 20)];
  const found = { version: undefined, imports: places } as const;
  const lines = scanLines({
    ...nothing,
    dependencies: [
      { ...found, name: "PyYAML", kind: "runtime", declared: "no" },
      { ...found, name: "numpy", kind: "types", declared: "no" },
      { ...found, name: "ujson", kind: "optional", declared: "no" },
    ],
    agentPackages: [{ name: "text_tools", imports: places }],
    unused: ["black"],
    suggestions: {
      runtime: [
        { package: "PyYAML", version: ">=6.0.1,<7.0.0" },
        { package: "ujson", version: "*", optional: true },
      ],
      dev: [{ package: "numpy", version: "*" }],
    },
  });
  expect(lines.join("\n")).toBe(`\
Found 3 external dependencies:
  - PyYAML (in a.py:1, b.py:20)
  - numpy (in a.py:1, b.py:20, for types alone)
  - ujson (in a.py:1, b.py:20, optional)

Agent packages, to be locked beside this one:
  - text_tools (in a.py:1, b.py:20)

Declared and not imported:
  - black

Declare in aigogo.json:
  "dependencies": {
    "runtime": [
      {"package": "PyYAML", "version": ">=6.0.1,<7.0.0"},
      {"package": "ujson", "version": "*", "optional": true}
    ],
    "dev": [
      {"package": "numpy", "version": "*"}
    ]
  }`);
});

test("the fields that are to be declared are JSON", () => {
  const suggestions = { runtime: [{ package: "a", version: "*" }], dev: [] };
  const lines = scanLines({ ...nothing, suggestions });
  const from = lines.indexOf("Declare in aigogo.json:") + 1;
  expect(JSON.parse(`{${lines.slice(from).join("\n")}}`)).toEqual({
    dependencies: { runtime: [{ package: "a", version: "*" }] },
  });
});

test("where all is declared it is said", () => {
  expect(scanLines(nothing)).toEqual([
    "Found no external dependencies",
    "✓ All detected dependencies are already declared!",
  ]);
});

test("what a package names itself does nothing to a terminal", () => {
  const unusable = [{ name: "\u001b[2Jx", imports: [place("\u009ba.js", 1)] }];
  const lines = scanLines({ ...nothing, unusable });
  expect(lines).toContain(String.raw`  - \x1b[2Jx (in \u009ba.js:1)`);
});
