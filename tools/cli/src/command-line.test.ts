import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { runCommandLine } from "./command-line.ts";

const calling = (run: () => number) =>
  runCommandLine(["x"], [{ name: "x", takes: "", does: "", load: async () => async () => run() }]);

test("what the file system refuses ends a command with words, and a bug with its stack", async () => {
  expect(await calling(() => readdirSync(import.meta.filename).length)).toBe(1);
  const bug = (): number => {
    throw new Error("internal: a bug");
  };
  await expect(calling(bug)).rejects.toThrow("internal: a bug");
});
