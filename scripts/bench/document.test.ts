import { expect, test } from "vitest";
import { renderDocument, renderTarget } from "./document.ts";
import type { Target } from "./section.ts";

const target = { what: "a", figure: 1.2, side: "at most", bound: 1.2, unit: "×" } as const;

test("a target is met by its own bound, and the verdict is of the figure before it is rounded", () => {
  const verdict = (change: Partial<Target>) => renderTarget({ ...target, ...change }).slice(1);
  expect(verdict({})).toEqual(["1.20 ×", "at most 1.2 ×", "met"]);
  expect(verdict({ figure: 1.2001 })).toEqual(["1.20 ×", "at most 1.2 ×", "**NOT MET**"]);
  expect(verdict({ side: "at least" })).toEqual(["1.20 ×", "at least 1.2 ×", "met"]);
  expect(verdict({ side: "at least", figure: 1.1999 })[2]).toBe("**NOT MET**");
  expect(verdict({ figure: Number.NaN })[2]).toBe("**NOT MET**");
});

test("all targets come first, then each part with its own day and machine", () => {
  const section = { text: [], tables: [], targets: [target], lines: [] };
  const document = renderDocument([
    { ...section, id: "a", title: "A", measured: "2026-01-01, here" },
    {
      ...section,
      id: "b",
      title: "B",
      measured: "2026-01-02, there",
      text: ["What it is."],
      tables: [{ title: "T", head: ["", "ms"], rows: [["one", "2"]] }],
      lines: [{ name: "one", points: [{ files: 1, microsecondsPerFile: 2 }] }],
    },
  ]);
  expect(document.slice(document.indexOf("## Targets"))).toBe(`## Targets

The machine, the commit and the versions are at the end of each section.

| what | measured | target | met? | on |
| --- | --- | --- | --- | --- |
| a | 1.20 × | at most 1.2 × | met | 2026-01-01 |
| a | 1.20 × | at most 1.2 × | met | 2026-01-02 |

## A

Measured: 2026-01-01, here.

## B

What it is.

![Cost per file by size of the tree](growth.svg)

### T

|  | ms |
| --- | ---: |
| one | 2 |

Measured: 2026-01-02, there.
`);
});
