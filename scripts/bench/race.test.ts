import { expect, test } from "vitest";
import { beyond, peakOf, ratioOf } from "./race.ts";
import { raceTable, ratioTarget } from "./section.ts";

const turn = (wallMs: number, peakMb = 10) => ({ wallMs, cpuMs: wallMs / 2, peakMb });
const found = new Map([
  // A slow moment of the machine in the second round hits both.
  ["ours", [turn(10), turn(40, 30), turn(12)]],
  ["peer", [turn(20), turn(80), turn(20)]],
]);

test("ratios and differences are those of one round", () => {
  expect(ratioOf(found, "ours", "peer")).toEqual({ median: 0.5, min: 0.5, max: 0.6 });
  expect(beyond(found, "ours", "peer")).toEqual({ median: -10, min: -40, max: -8 });
});

test("the peak is that of the largest turn", () => {
  expect(peakOf(found, "ours")).toBe(30);
});

test("a contender that did not race has no figure", () => {
  expect(() => ratioOf(found, "ours", "other")).toThrow("other did not race");
});

test("a table has a row for each contender, and the ratios to the peers asked for", () => {
  expect(raceTable("T", found, ["peer"])).toEqual({
    title: "T",
    head: ["", "ms", "min", "max", "CPU ms", "peak MB", "× peer"],
    rows: [
      ["ours", "12", "10", "40", "6", "30", "0.50"],
      ["peer", "20", "20", "80", "10", "10", "1.00"],
    ],
  });
  expect(ratioTarget(found, "ours", "peer", 0.4)).toEqual({
    what: "ours, against peer",
    figure: 0.5,
    side: "at most",
    bound: 0.4,
    unit: "×",
  });
});
