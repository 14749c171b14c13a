import { expect, test } from "vitest";
import { commands } from "./commands.ts";
import { family, overview, usage } from "./help.ts";

test("help fits into eighty columns", () => {
  for (const text of [overview(commands), family(commands)]) {
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  }
});

test("a command has its options in a column and examples under them", () => {
  const [known] = commands;
  if (known === undefined) throw new Error("no commands");
  const options = { "--all": "name every file", "--affected <range>": "two commits" };
  const one = { ...known, name: "why", takes: "<id>", does: "say why", options };
  expect(usage({ ...one, examples: ["slipway why a:b"] })).toBe(
    [
      "slipway why <id>",
      "say why",
      "  --all               name every file",
      "  --affected <range>  two commits",
      "",
      "examples",
      "  slipway why a:b",
    ].join("\n"),
  );
  expect(usage({ ...one, takes: "", options: {}, examples: [] })).toBe("slipway why\nsay why");
});
