import type { CheckedImage } from "@slipway/images";
import { expect, test } from "vitest";
import { imageCheckRows, imageCheckTotals } from "./image-check.ts";
import { columns } from "./table.ts";

test("each image has its versions, a verdict, its size and its time; the counts follow", () => {
  const codex = { agent: "codex", recorded: "1.2.0", sizeBytes: 345_678_901 };
  const images: readonly CheckedImage[] = [
    {
      ...codex,
      reference: "slipway/codex:debian",
      state: "as-recorded",
      answered: "1.2.0",
      tookMs: 840,
    },
    {
      ...codex,
      reference: "slipway/codex:alpine",
      state: "differs",
      answered: "warning\n1.1.0 (exit code 0)",
      tookMs: 1260,
    },
    { ...codex, reference: "slipway/codex:arch", state: "not-loaded" },
    { agent: "codex", reference: "slipway/codex:ubuntu", state: "not-built" },
  ];
  expect(columns(imageCheckRows(images))).toEqual([
    "image                 recorded  answered             verdict            size    time",
    "slipway/codex:debian  1.2.0     1.2.0                as recorded        346 MB  0.8 s",
    "slipway/codex:alpine  1.2.0     1.1.0 (exit code 0)  another version    346 MB  1.3 s",
    "slipway/codex:arch    1.2.0                          not in the engine  346 MB",
    "slipway/codex:ubuntu                                 not built",
  ]);
  expect(imageCheckTotals(images)).toBe(
    "1 as recorded, 1 another version, 1 not in the engine, 1 not built",
  );
});

test("where nothing is built, that is said", () => {
  expect(imageCheckRows([])).toEqual([["no image of an agent is built"]]);
});
