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

test.each([
  ["app.yml", "# c\nb: &x [1, 2]\na: *x\n", '{"a":[1,2],"b":[1,2]}'],
  ["app.yaml", "a: 1\na: 2\n", "a: 1\na: 2\n"],
  ["app.yml", "a: .inf\n", "a: .inf\n"],
  ["app.yml", "a: *nowhere\n", "a: *nowhere\n"],
  ["app.toml", "b = 1\n[a]\nc = 'd' # e\n", '{"a":{"c":"d"},"b":1}'],
  ["app.toml", "a = 1979-05-27\n", "a = 1979-05-27\n"],
  ["app.toml", "a = \n", "a = \n"],
])(
  "the ending of %s says how it is read, and what JSON cannot say counts as written",
  async (name, written, canonical) => {
    using rig = openRig({ [name]: written });
    const listing = await listFiles(rig.root, never);
    if (!listing.ok) throw new Error(listing.failure.reason);
    const input = { pattern: name, fields: undefined, excludeFields: [] };
    expect(await readJsonFields([input], listing.value)).toMatchObject({
      value: [{ path: name, digest: digestOf(canonical) }],
    });
  },
);

test("what is no UTF-8 counts byte by byte", async () => {
  const digests = [0xfe, 0xff].map(async (byte) => {
    using rig = openRig();
    rig.write("a.json", Buffer.from([0x22, byte, 0x22]));
    const listing = await listFiles(rig.root, never);
    if (!listing.ok) throw new Error(listing.failure.reason);
    const input = { pattern: "a.json", fields: undefined, excludeFields: [] };
    // With its folder: the rig goes at the end of this scope.
    const found = await readJsonFields([input], listing.value);
    return found;
  });
  expect(await Promise.all(digests)).toMatchObject(
    [0xfe, 0xff].map((byte) => ({
      value: [{ digest: digestOf(Buffer.from([0x22, byte, 0x22])), sizeBytes: 3 }],
    })),
  );
});

test("a number in a chosen field is as it is written", async () => {
  await check('{"a":{"b":1.0},"c":2.0}', { excludeFields: ["*.b", "a.b"] }, '{"a":{},"c":2.0}');
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
