import { fail, ok } from "@slipway/signature";
import { expect, test } from "vitest";
import { z } from "zod";
import { parseOptions } from "./options.ts";

const Options = z.strictObject({
  folder: z.string(),
  layers: z.array(z.strictObject({ name: z.string() })).default([]),
});

test("options are what the schema makes of them", () => {
  expect(parseOptions(Options, { folder: "a" })).toEqual(ok({ folder: "a", layers: [] }));
});

test("every problem is told at once, with its path", () => {
  expect(parseOptions(Options, { layers: [{ name: 1 }], speed: 2 })).toEqual(
    fail({
      reason: "options-invalid",
      problems: [
        "folder: Invalid input: expected string, received undefined",
        "layers.0.name: Invalid input: expected string, received number",
        'options: Unrecognized key: "speed"',
      ],
    }),
  );
});

test("what is no object has one problem", () => {
  expect(parseOptions(Options, undefined)).toEqual(
    fail({
      reason: "options-invalid",
      problems: ["options: Invalid input: expected object, received undefined"],
    }),
  );
});
