import { expect, test } from "vitest";
import { never, openRig } from "../test/rig.ts";
import { digestOf } from "./digest.ts";
import { readJsonFields } from "./json-fields.ts";
import { listFiles } from "./listing.ts";
import type { JsonFields } from "./target.ts";

/** The canonical JSON of what is chosen, by its digest. */
async function check(text: string, choice: Partial<JsonFields>, canonical: string): Promise<void> {
  using rig = openRig({ "app/package.json": text });
  const listing = await listFiles(rig.root, never);
  if (!listing.ok) throw new Error(listing.failure.reason);
  const input = { pattern: "app/*.json", fields: undefined, excludeFields: [], ...choice };
  const found = await readJsonFields([input, input], listing.value);
  expect(found.ok && found.value.map(({ path, digest }) => [path, digest])).toEqual([
    ["app/package.json", digestOf(canonical)],
  ]);
}

const text = '{ "version": "1", "name": "app", "scripts": { "test": "t", "build": "b" } }';

test("fields are chosen by name, with dots downwards; one that is not there is not in it", async () => {
  await check(text, { fields: ["version"] }, '{"version":"1"}');
  await check(text, { fields: ["scripts.build", "none.at.all"] }, '{"scripts.build":"b"}');
});

test("fields are left out by name", async () => {
  await check(
    text,
    { excludeFields: ["scripts.test", "name", "none.at.all"] },
    '{"scripts":{"build":"b"},"version":"1"}',
  );
  await check(
    text,
    { fields: ["scripts"], excludeFields: ["scripts.test"] },
    '{"scripts":{"build":"b"}}',
  );
});

test("neither the order of keys nor white space counts", async () => {
  await check('{"name":"app","version"\n:\t"1"}', { excludeFields: ["name"] }, '{"version":"1"}');
});

test("what is no JSON counts as it is written", async () => {
  await check("{ version: 1 }", { fields: ["version"] }, "{ version: 1 }");
});

test("a link counts by its target, and what it leads to by its fields", async () => {
  using rig = openRig({ "other.json": text });
  rig.link("package.json", "other.json");
  const listing = await listFiles(rig.root, never);
  if (!listing.ok) throw new Error(listing.failure.reason);
  const input = { pattern: "package.json", fields: ["version"], excludeFields: [] };
  expect(await readJsonFields([input], listing.value)).toMatchObject({
    value: [
      { path: "other.json", choice: "version" },
      { path: "package.json", digest: digestOf("-> other.json") },
    ],
  });
});
