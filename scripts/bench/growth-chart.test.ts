import { expect, test } from "vitest";
import { renderChart } from "./growth-chart.ts";

test("a point lies where its number of files and its cost put it", () => {
  const chart = renderChart("Cost", [
    {
      name: "cold",
      points: [
        { files: 100, microsecondsPerFile: 20 },
        { files: 1000, microsecondsPerFile: 10 },
        { files: 10_000, microsecondsPerFile: -1 },
      ],
    },
  ]);
  // The last cost is noise and is drawn at the foot.
  expect(chart).toContain('points="70.0,30.0 405.0,350.0 740.0,350.0"');
  expect(chart.match(/>(100|1K|10K|\d+(\.\d+)? µs)</g)).toEqual([
    ">10 µs<",
    ">20 µs<",
    ">100<",
    ">1K<",
    ">10K<",
  ]);
  expect(chart.match(/>(Cost|cold)</g)).toEqual([">Cost<", ">cold<"]);
});

test("two lines have two colours, and dark readers another colour of text", () => {
  const point = { files: 10, microsecondsPerFile: 1 };
  const points = [point, { ...point, files: 100 }];
  const chart = renderChart("", [
    { name: "a", points },
    { name: "b", points },
  ]);
  const colours = [...chart.matchAll(/<polyline .* stroke="(#\w+)"/g)].map(([, colour]) => colour);
  expect(new Set(colours).size).toBe(2);
  expect(chart).toContain("prefers-color-scheme: dark");
});
