import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openRig } from "../test/rig.ts";
import type { Rig } from "../test/rig.ts";
import { digestOf } from "./digest.ts";
import type { Derivation } from "./nx-targets.ts";
import {
  definitionsFile,
  hasDefinitions,
  readDefinitions,
  storeDefinitions,
} from "./stored-definitions.ts";

const source = { patterns: ["tools/**", "!tools/**/*.test.ts"], includesIgnored: false };

function definition(project: string): Derivation["definitions"][number] {
  return {
    id: `${project}:pack`,
    project,
    projectRoot: project,
    executor: "@slipway/executors:pack",
    options: { level: 1, nested: { list: ["a"] } },
    inputs: {
      filesets: [{ patterns: [`${project}/**`], includesIgnored: true }, source],
      env: ["LEVEL"],
      tools: ["tar"],
    },
    outputs: [`${project}/dist`],
    upstreams: ["lib:pack"],
    isCached: true,
  };
}

const derivation: Derivation = {
  definitions: [definition("app"), definition("lib")],
  failures: new Map([
    ["odd:pack", { reason: "input-unsupported", target: "odd:pack", input: '{"runtime":"date"}' }],
  ]),
};
const key = digestOf("key");

test("definitions are read back as they were stored", async () => {
  using rig = openRig();
  const file = definitionsFile(rig.root);
  expect(await readDefinitions(file, key)).toBeUndefined();
  await storeDefinitions(file, key, derivation);
  expect(hasDefinitions(file, key)).toBe(true);
  expect(hasDefinitions(file, digestOf("other"))).toBe(false);
  expect(await readDefinitions(file, key)).toEqual(derivation);
});

test("under another key there are none", async () => {
  using rig = openRig();
  const file = definitionsFile(rig.root);
  await storeDefinitions(file, key, derivation);
  expect(await readDefinitions(file, digestOf("other"))).toBeUndefined();
});

test.each([
  ["cut off", (text: string) => text.slice(0, -10)],
  ["with another letter in it", (text: string) => text.replace("lib:pack", "lob:pack")],
  ["that has only its key", (text: string) => text.slice(0, text.indexOf("\n") + 1)],
])("a file %s has none", async (_, change) => {
  using rig = openRig();
  const file = definitionsFile(rig.root);
  await storeDefinitions(file, key, derivation);
  writeFileSync(file, change(readFileSync(file, "utf8")));
  expect(await readDefinitions(file, key)).toBeUndefined();
});

test.each([
  ["a file where its folder would be", (rig: Rig) => rig.write(".slipway", "")],
  ["a link to nowhere", (rig: Rig) => rig.link(".slipway", "/nonexistent/slipway")],
  ["a folder of its name", (rig: Rig) => rig.write(".slipway/definitions.json/x", "")],
])("with %s nothing is kept, and nothing fails", async (_, make) => {
  using rig = openRig();
  make(rig);
  const file = definitionsFile(rig.root);
  await storeDefinitions(file, key, derivation);
  expect(await readDefinitions(file, key)).toBeUndefined();
});
