import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ciCommands } from "./ci/commands.ts";
import { commands } from "./commands.ts";
import { findCommand } from "./find-command.ts";

test.each([
  [["explain", "app:pack"], "explain", ["app:pack"]],
  [["smoke", "keys", "init"], "smoke keys init", []],
  [["pkg", "add", "host/a"], "pkg add", ["host/a"]],
])("%j calls a command", (words, name, args) => {
  const found = findCommand(words, commands);
  expect([found?.command.name, found?.args]).toEqual([name, args]);
});

test.each([[[]], [["pkg"]], [["smoke", "keys"]], [["explai"]]])("%j calls none", (words) => {
  expect(findCommand(words, commands)).toBeUndefined();
});

test("of two commands the one with the longer name is called", () => {
  const [known] = commands;
  if (known === undefined) throw new Error("no commands");
  const two = [
    { ...known, name: "signature" },
    { ...known, name: "signature verify" },
  ];
  expect(findCommand(["signature", "verify"], two)?.command.name).toBe("signature verify");
  expect(findCommand(["signature", "app:pack"], two)?.command.name).toBe("signature");
});

test.each(commands)("$name has a module that runs it", async ({ load }) => {
  expect(await load()).toBeTypeOf("function");
});

test("the page of pipelines has each command of slipway ci, with what it does", () => {
  const page = path.join(import.meta.dirname, "../../../docs/pipelines.md");
  const rows = readFileSync(page, "utf8").matchAll(/^\| `slipway (ci [^`]+)` +\| (.+?) +\|$/gm);
  expect([...rows].map(([, name, does]) => [name, does])).toEqual(
    ciCommands.map(({ name, does }) => [name, does]),
  );
});
