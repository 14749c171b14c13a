import { openRegistry } from "@slipway/registry";
import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { parseLock } from "../lock.ts";
import { agesOf, sourceWithTag } from "./age.ts";

test.each([
  ["a/b:1.0.0", "a/b:2.0.0"],
  ["a/b", "a/b:2.0.0"],
  ["localhost:5000/a/b", "localhost:5000/a/b:2.0.0"],
  ["localhost:5000/a/b:1.0.0", "localhost:5000/a/b:2.0.0"],
])("%s with another tag is %s", (source, expected) => {
  expect(sourceWithTag(source, "2.0.0")).toBe(expected);
});

test("for what was built on a machine no registry is asked", async () => {
  const entry = {
    version: "1.0.0",
    integrity: digestOf("utils"),
    source: "utils:1.0.0",
    language: "python",
    files: ["aigogo.json"],
  };
  const lock = parseLock("aigogo.lock", JSON.stringify({ version: 1, packages: { utils: entry } }));
  if (!lock.ok) throw new Error("no lock");
  const asked: string[] = [];
  const registry = openRegistry({ counted: (question) => void asked.push(question) });
  expect(await agesOf(registry, "aigogo.lock", lock.value.packages)).toMatchObject({
    value: [{ content: "local", latest: "1.0.0" }],
  });
  expect(asked).toEqual([]);
});
