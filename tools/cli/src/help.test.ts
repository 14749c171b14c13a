import { expect, test } from "vitest";
import { commands } from "./commands.ts";
import { family, overview, usage } from "./help.ts";

test("help fits into eighty columns", () => {
  const texts = [overview(commands), family("pkg", commands), ...commands.map((one) => usage(one))];
  for (const text of texts) {
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

const command = (name: string, group?: string) => ({
  name,
  takes: "",
  does: `does ${name}`,
  load: async () => async () => 0,
  ...(group === undefined ? {} : { group }),
});
const exitCodes = "Exit codes: 0 done or answered, 1 failed, 2 not called as it can be.";

test("commands of one word stand under their headings", () => {
  const of = [command("pkg add", "use"), command("pkg init", "write"), command("pkg rm", "use")];
  const listed = [
    "slipway pkg <command>",
    "",
    "use",
    "  add  does pkg add",
    "  rm   does pkg rm",
    "",
    "write",
    "  init  does pkg init",
    "",
    "slipway pkg <command> --help has its options and examples.",
    exitCodes,
  ].join("\n");
  expect(family("pkg", of)).toBe(listed);
  // A program that has no others says so at once.
  expect(overview(of)).toBe(listed);
  expect(overview([command("run"), ...of])).toContain(
    "\n  pkg  use, write: slipway pkg lists how\n",
  );
});

test("a command says which others begin with its words", () => {
  const of = [command("pkg add"), command("pkg add file"), command("pkg addition")];
  const [add] = of;
  expect(add && usage(add, of)).toBe(
    ["slipway pkg add", "does pkg add", "", "other commands", "  slipway pkg add file"].join("\n"),
  );
});
