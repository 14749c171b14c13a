import { fromBinary } from "@bufbuild/protobuf";
import { FragmentSchema, Fragment_Format, Fragment_Strategy } from "@slipway/pipeline-sdk/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { grantPaths } from "./grants.ts";
import { mergeFragments } from "./merge.ts";
import type { Answer } from "./piece.ts";

const { UNSPECIFIED: none, REPLACE: replace, MERGE: merge, APPEND: append } = Fragment_Strategy;
const { YAML: yaml, JSON: json, TEXT: plain, GROOVY: groovy } = Fragment_Format;
/** Of a newer protocol, as it comes from the wire: field 5, and a number that no name has. */
const { format: unknown } = fromBinary(FragmentSchema, Uint8Array.of((5 << 3) | 0, 9));

function piece(
  path: string,
  content: string,
  { strategy = replace, format = yaml, order = 0, executable = false } = {},
): Answer["fragments"][number] {
  return { path, content, strategy, format, order, executable };
}

function answer(plugin: string, ...fragments: Answer["fragments"]): Answer {
  return { plugin, fragments };
}

const ci = ".github/workflows/ci.yml";

function granted(...paths: readonly string[]) {
  const grants = grantPaths(
    paths.map((path) => ({ provider: "github", path })),
    ["ci"],
  );
  if (!grants.ok) throw new Error(JSON.stringify(grants.failure));
  return grants.value;
}

function merged(answers: readonly Answer[], paths: readonly string[] = [ci]) {
  const result = mergeFragments(answers, granted(...paths));
  return result.ok
    ? Object.fromEntries(result.value.map(({ path, content }) => [path, content]))
    : result.failure;
}

test("a file of one fragment is as its plugin wrote it, with line feeds and one at the end", () => {
  const text = "\uFEFF# why\r\na: 1\r\nb: [1,  2]";
  expect(merged([answer("provider/github", piece(ci, text))])).toEqual({
    [ci]: "# why\na: 1\nb: [1,  2]\n",
  });
});

test("mappings are merged deeply, lists by their identity, equal values pass", () => {
  const own =
    "name: ci\njobs:\n  test:\n    steps:\n      - id: a\n        run: x\n      - id: b\n";
  const other = "name: ci\njobs:\n  test:\n    steps:\n      - id: b\n        env: {K: '0755'}\n";
  const more = "jobs:\n  lint: {on: 'yes'}\n";
  expect(
    merged([
      answer("policy/z", piece(ci, more, { strategy: merge })),
      answer("provider/github", piece(ci, own)),
      answer("cache/s3", piece(ci, other, { strategy: merge, order: 9 })),
    ]),
  ).toEqual({
    [ci]: [
      "name: ci",
      "jobs:",
      "  test:",
      "    steps:",
      "      - id: a",
      "        run: x",
      "      - id: b",
      "        env:",
      '          K: "0755"',
      "  lint:",
      '    "on": "yes"',
      "",
    ].join("\n"),
  });
});

test("JSON keeps the order of keys that look like numbers, large numbers, and __proto__", () => {
  const path = "a.json";
  expect(
    merged(
      [
        answer("provider/github", piece(path, '{"b":{"10":1},"__proto__":2}', { format: json })),
        answer(
          "cache/s3",
          piece(path, '{"b":{"2":9007199254740993}}', { strategy: merge, format: json }),
        ),
      ],
      [path],
    ),
  ).toEqual({
    [path]: '{\n  "b": {\n    "10": 1,\n    "2": 9007199254740993\n  },\n  "__proto__": 2\n}\n',
  });
});

test("what contradicts is told with both plugins and the place", () => {
  const own = "a~b: {c/d: 1}\nk: [1]\nl: {}\nsame: 3.10\n";
  const other = "a~b: {c/d: '1'}\nk: [2]\nl: 1\nsame: 3.10\n";
  expect(
    merged([
      answer("provider/github", piece(ci, own)),
      answer("cache/s3", piece(ci, other, { strategy: merge })),
    ]),
  ).toEqual([
    {
      reason: "output-conflict",
      path: ci,
      pointer: "/a~0b/c~1d",
      plugins: ["provider/github", "cache/s3"],
      values: ["1", '"1"'],
      because: "values",
    },
    {
      reason: "output-conflict",
      path: ci,
      pointer: "/k",
      plugins: ["provider/github", "cache/s3"],
      values: ["[1]", "[2]"],
      because: "lists",
    },
    {
      reason: "output-conflict",
      path: ci,
      pointer: "/l",
      plugins: ["provider/github", "cache/s3"],
      values: ["{}", "1"],
      because: "kinds",
    },
  ]);
});

test("text is appended by order, plugin and the order of its plugin, after what replaces", () => {
  const path = "Jenkinsfile";
  const add = (text: string, order = 0) =>
    piece(path, text, { strategy: append, format: groovy, order });
  expect(
    merged(
      [
        answer("z", add("z1"), add("z2\r\n", -1)),
        answer("a", add("a1"), add("a2")),
        answer("provider/github", add("own"), piece(path, "whole", { format: groovy, order: 99 })),
      ],
      [path],
    ),
  ).toEqual({ [path]: "whole\nz2\na1\na2\nown\nz1\n" });
});

test("each way of writing where it was not granted is told", () => {
  expect(
    merged(
      [
        answer("provider/github", piece("other.yml", "a: 1"), piece(ci, "a: 1"), piece(ci, "b: 1")),
        answer(
          "lang/x",
          piece(ci, "c: 1"),
          piece("../up", ""),
          piece("/etc/passwd", ""),
          piece("a/.GIT/config", ""),
          piece("a\\b", ""),
          piece("a\0", ""),
          piece("a/", ""),
          piece("C:/x", ""),
          piece(".gi\u200Ct/hooks/x", ""),
        ),
      ],
      [ci, "missing.yml"],
    ),
  ).toEqual([
    ...[
      ["../up", "leaves"],
      ["/etc/passwd", "absolute"],
      ["a/.GIT/config", "git"],
      ["a\\b", "backslash"],
      ["a\0", "control"],
      ["a/", "folder"],
      ["C:/x", "absolute"],
      [".gi\u200Ct/hooks/x", "git"],
    ].map(([path, because]) => ({
      reason: "output-path-refused",
      plugin: "lang/x",
      path,
      because,
    })),
    {
      reason: "output-not-granted",
      plugin: "provider/github",
      path: "other.yml",
      granted: [ci, "missing.yml"],
    },
    { reason: "output-not-owned", path: ci, plugin: "lang/x", owner: "provider/github" },
    { reason: "output-replaced-twice", path: ci, plugin: "provider/github" },
    { reason: "output-missing", plugin: "provider/github", path: "missing.yml" },
  ]);
});

test("strategies and formats that do not go together are told", () => {
  expect(
    merged([
      answer("provider/github", piece(ci, "a: 1")),
      answer("a", piece(ci, "a: 1", { strategy: append })),
      answer("b", piece(ci, "a", { strategy: merge, format: plain })),
      answer("c", piece(ci, "a", { strategy: none, format: unknown })),
      answer("d", piece(ci, "{}", { strategy: merge, format: json })),
    ]),
  ).toEqual([
    { reason: "output-strategy-unfit", plugin: "a", path: ci, strategy: "APPEND", format: "YAML" },
    { reason: "output-strategy-unfit", plugin: "b", path: ci, strategy: "MERGE", format: "TEXT" },
    { reason: "output-fragment-unknown", plugin: "c", path: ci, field: "strategy", value: 0 },
    { reason: "output-fragment-unknown", plugin: "c", path: ci, field: "format", value: 9 },
    {
      reason: "output-formats-differ",
      path: ci,
      plugins: ["provider/github", "d"],
      formats: ["YAML", "JSON"],
    },
  ]);
});

test("a fragment that cannot be read is told, with a tag that nobody knows too", () => {
  const bomb = Array.from({ length: 9 }, (_, at) => {
    const before = at === 0 ? "x" : Array.from({ length: 4 }, () => `*a${at - 1}`).join(", ");
    return `k${at}: &a${at} [${before}]\n`;
  }).join("");
  const failures = merged([
    answer("provider/github", piece(ci, "a: 1")),
    answer("a", piece(ci, "a: [", { strategy: merge })),
    answer("b", piece(ci, "a: 1\na: 2", { strategy: merge })),
    answer("c", piece(ci, "x: !reference [a]", { strategy: merge })),
    answer("d", piece(ci, bomb, { strategy: merge })),
  ]);
  expect(failures).toMatchObject([
    { plugin: "a", detail: expect.stringContaining("Flow sequence") as string },
    { plugin: "b", detail: expect.stringContaining("Map keys must be unique") as string },
    { plugin: "c", detail: expect.stringContaining("Unresolved tag: !reference") as string },
    { plugin: "d", detail: expect.stringContaining("Excessive alias count") as string },
  ]);
});

test("paths that cannot be files beside each other are told", () => {
  const outputs = [
    { provider: "github", path: "Ci.yml" },
    { provider: "github", path: "./ci.yml" },
    { provider: "circleci", path: "a" },
    { provider: "github", path: "a" },
    { provider: "github", path: "a/{workflow}.yml", workflows: ["x", "y"] },
  ];
  expect(grantPaths(outputs, ["ci"])).toEqual({
    ok: false,
    failure: [
      {
        reason: "output-granted-twice",
        path: "a",
        plugins: ["provider/circleci", "provider/github"],
      },
      { reason: "output-paths-collide", paths: ["Ci.yml", "ci.yml"], because: "case" },
      { reason: "output-paths-collide", paths: ["a", "a/x.yml"], because: "folder" },
      { reason: "output-paths-collide", paths: ["a", "a/y.yml"], because: "folder" },
    ],
  });
});

test("a path of every workflow is granted for each", () => {
  expect(grantPaths([{ provider: "github", path: "w/{workflow}.yml" }], ["b", "a"])).toEqual({
    ok: true,
    value: [
      { path: "w/a.yml", plugin: "provider/github", isOptional: false },
      { path: "w/b.yml", plugin: "provider/github", isOptional: false },
    ],
  });
});

test("a second path of an output is written where its provider wants it, and not missed", () => {
  const secondPath = ".circleci/config.continue.yml";
  const output = { provider: "circleci", path: ".circleci/config.yml", secondPath };
  const grants = grantPaths([output], []);
  if (!grants.ok) throw new Error("refused");
  const pathsOf = (...fragments: Answer["fragments"]) => {
    const files = mergeFragments([answer("provider/circleci", ...fragments)], grants.value);
    return files.ok ? files.value.map(({ path }) => path) : files.failure;
  };
  const first = piece(output.path, "a: 1");
  expect(pathsOf(first)).toEqual([output.path]);
  expect(pathsOf(first, piece(secondPath, "b: 1"))).toEqual([secondPath, output.path]);
});

const tree = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(1, "1", "on", true, null),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value")),
    fc.uniqueArray(fc.record({ id: fc.constantFrom("x", "y", "z"), v: tie("value") }), {
      selector: ({ id }) => id,
      maxLength: 3,
    }),
  ),
})).value;

test("the order in which plugins answer changes nothing", () => {
  const fragment = fc.record({ value: tree, order: fc.integer({ min: -1, max: 1 }) });
  const plugins = fc.uniqueArray(
    fc.record({
      plugin: fc.constantFrom("a", "b", "c", "provider/github", "z"),
      fragments: fc.array(fragment, { minLength: 1, maxLength: 2 }),
    }),
    { selector: ({ plugin }) => plugin, minLength: 2 },
  );
  fc.assert(
    fc.property(
      plugins.chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
      ),
      ([all, shuffled]) => {
        const of = (answers: typeof all) =>
          JSON.stringify(
            merged(
              answers.map(({ plugin, fragments }) =>
                answer(
                  plugin,
                  ...fragments.flatMap(({ value, order }) => [
                    piece(ci, JSON.stringify(value), { strategy: merge, order }),
                    piece("Jenkinsfile", JSON.stringify(value), {
                      strategy: append,
                      format: groovy,
                      order,
                    }),
                  ]),
                ),
              ),
              [ci, "Jenkinsfile"],
            ),
          );
        expect(of(shuffled)).toBe(of(all));
      },
    ),
  );
});
