import { planPipeline } from "@slipway/pipelines/plan";
import fc from "fast-check";
import { expect, test } from "vitest";
import { randomPipeline } from "./random-pipeline.ts";

test("every random pipeline plans without a problem", () => {
  fc.assert(
    fc.property(randomPipeline(), (text) => {
      const planned = planPipeline({ file: "cig.toml", text }, { facts: {} });
      expect(planned.ok ? "" : planned.failure, text).toBe("");
    }),
    { numRuns: 200 },
  );
});
