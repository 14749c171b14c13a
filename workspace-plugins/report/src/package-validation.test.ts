import { expect, test } from "vitest";
import { validationLines } from "./package-validation.ts";

const demo = { name: "demo", version: "1.0.0", language: "python" } as const;
const place = { file: "a.py", line: 1, column: 1, specifier: "x", kind: "runtime" } as const;
const imports = [place, { ...place, line: 7 }];

test("errors come first, then warnings, then what follows from them", () => {
  const lines = validationLines({
    package: demo,
    valid: false,
    errors: [
      { rule: "dependencies-undeclared", imports: 2 },
      { rule: "dependency-missing", name: "PyYAML", imports },
    ],
    warnings: [{ rule: "version-exact", name: "httpx", version: "==1.0" }],
  });
  expect(lines).toEqual([
    "✗ Found 2 imports but no dependencies declared",
    "✗ PyYAML is imported and not declared (in a.py:1, a.py:7)",
    "! httpx is held to one version: ==1.0",
    "",
    "Missing 1 required dependency; slipway pkg scan says what to declare",
    "✗ demo 1.0.0 is not valid",
  ]);
});

test("a valid package is said to be, with its warnings counted", () => {
  const valid = { package: demo, valid: true, errors: [], warnings: [] } as const;
  expect(validationLines(valid)).toEqual(["✓ demo 1.0.0 is valid"]);
  const warnings = [{ rule: "dependency-unused", name: "a\u001b]0;x\u0007" }] as const;
  expect(validationLines({ ...valid, warnings })).toEqual([
    String.raw`! a\x1b]0;x\x07 is declared and not imported`,
    "",
    "✓ demo 1.0.0 is valid, with 1 warning",
  ]);
});
