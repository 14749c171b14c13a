import { spawnSync } from "node:child_process";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { compileGlob } from "./glob.ts";
import { formatManifest } from "./manifest-shape.ts";
import { parseManifestSource } from "./manifest.ts";

const reference = path.resolve(import.meta.dirname, "../test/go-reference");
const hasGo = spawnSync("go", ["version"]).status === 0;

/** What Go says of each question. */
function go<Answer>(questions: readonly object[], answer: z.ZodType<Answer>): readonly Answer[] {
  const input = questions.map((question) => `${JSON.stringify(question)}\n`).join("");
  const { stdout, stderr } = spawnSync("go", ["run", "."], {
    cwd: reference,
    env: { ...process.env, GOFLAGS: "-mod=mod", GOTOOLCHAIN: "local" },
    input,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  expect(stderr).toBe("");
  const lines = stdout.trimEnd().split("\n");
  return z.array(answer).parse(lines.map((line): unknown => JSON.parse(line)));
}

const count = 20_000;
const seed = Date.now() % 2 ** 31;
const sample = <Value>(values: fc.Arbitrary<Value>) => fc.sample(values, { numRuns: count, seed });

describe.skipIf(!hasGo)(`Go itself, seed ${seed}`, () => {
  test("takes what a pattern takes, and nothing else", () => {
    const pieces = [
      "a",
      "b",
      "/",
      "*",
      "**",
      "?",
      "[a]",
      "[^a]",
      "[a-c]",
      "[",
      "]",
      "[]",
      "-",
      "\\",
    ];
    const more = [
      "!",
      " ",
      "#",
      ".py",
      "[^x-z]",
      "[z-a]",
      "[a-",
      "^",
      "é",
      "[^",
      "[a/]",
      "[^]",
      "\\]",
    ];
    const pattern = fc.array(fc.constantFrom(...pieces, ...more), { maxLength: 6 });
    const text = fc.array(
      fc.constantFrom("a", "b", "/", ".py", "*", "[", "]", "-", "é", "^", "x"),
      {
        maxLength: 5,
      },
    );
    const asked = sample(fc.tuple(pattern, text)).map(([one, other]) => ({
      pattern: one.join(""),
      text: other.join(""),
    }));
    const said = go(asked, z.boolean());
    const differing = asked.filter(
      (one, at) => (compileGlob(one.pattern)?.(one.text) ?? false) !== said[at],
    );
    expect(differing).toEqual([]);
    expect(said.filter(Boolean).length).toBeGreaterThan(count / 100);
  });

  test("saves a manifest in the same bytes, whatever its keys look like and however often they come", () => {
    const text = json(fc.constantFrom("a", "", "<&>\u2028\u0001\u007F", 'é/\\"', "\u{1F600}"));
    const some = fc.constantFrom("a", "b", "<");
    const list = json(fc.array(some, { maxLength: 2 }));
    const names = json(fc.dictionary(fc.constantFrom("b", "a", "Z", "é"), some));
    // Whole ones: Go lets an entry keep what another one at its place in an earlier list had.
    const dependency = fc.record({ package: some, version: some, optional: fc.boolean() });
    const needs = json(fc.array(dependency, { maxLength: 2 }));
    const manifest = members({
      $schema: text,
      description: orNull(text),
      author: text,
      name: json(some),
      dependencies: orNull(members({ runtime: needs, dev: orNull(needs) })),
      files: members({ include: orNull(fc.oneof(json(fc.constant("auto")), list)), exclude: list }),
      scripts: orNull(names),
      metadata: members({ license: text, homepage: text, tags: orNull(list), extra: names }),
      ai: orNull(members({ summary: text, capabilities: orNull(list), usage: text })),
    });
    const begun = `{"name":"a","version":"1","language":{"name":"python","version":"2"}`;
    const manifests = sample(manifest).map((rest) =>
      rest === "{}" ? `${begun}}` : `${begun},${rest.slice(1)}`,
    );
    const said = go(
      manifests.map((one) => ({ manifest: one })),
      z.string().nullable(),
    );
    const differing = manifests.flatMap((one, at) => {
      const read = parseManifestSource("aigogo.json", one);
      const saved = read.ok ? formatManifest(read.value.source) : null;
      return saved === said[at] ? [] : [{ one, saved, said: said[at] }];
    });
    expect(differing).toEqual([]);
    expect(said).not.toContain(null);
  });
});

function json(values: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return values.map((value) => JSON.stringify(value));
}

function orNull(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof({ weight: 4, arbitrary: texts }, { weight: 1, arbitrary: fc.constant("null") });
}

/** The JSON of an object with some of the members, in any order and case, and some of them twice. */
function members(texts: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<string> {
  const each = Object.entries(texts).map(([name, text]) => {
    const key = fc.constantFrom(name, name, name.toUpperCase());
    return fc.tuple(key, text).map(([cased, value]) => `${JSON.stringify(cased)}:${value}`);
  });
  return fc.array(fc.oneof(...each), { maxLength: 8 }).map((all) => `{${all.join(",")}}`);
}
