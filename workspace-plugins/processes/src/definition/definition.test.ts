import { expect, test } from "vitest";
import { parseDefinition } from "./definition.ts";

const whole = `name: skills
processes:
  main: { source: src/main.lua }
targets:
  local: { mode: legacy, network: local }
`;

function check(text: string, expected: readonly (readonly [number, number, RegExp])[]): void {
  const parsed = parseDefinition(text, "p/ao.yml");
  if (parsed.ok) throw new Error("accepted");
  if (parsed.failure.reason !== "definition-invalid") throw new Error(parsed.failure.reason);
  const { problems } = parsed.failure;
  expect(problems.map(({ line, column }) => [line, column])).toEqual(
    expected.map(([line, column]) => [line, column]),
  );
  for (const [at, [, , words]] of expected.entries()) expect(problems[at]?.message).toMatch(words);
}

test("the least that can be said is enough", () => {
  expect(parseDefinition(whole, "p/ao.yml")).toEqual({
    ok: true,
    value: {
      name: "skills",
      processes: {
        main: {
          source: "src/main.lua",
          bundle: { minify: false, external: [], globals: [], max_bytes: 1024 * 1024 },
          tags: {},
          on_boot: false,
          needs: [],
          state: [],
          checks: [],
        },
      },
      targets: {
        local: { mode: "legacy", network: "local", strategy: "in-place", checks: true },
      },
    },
  });
});

test("every problem is told at once, where it stands", () => {
  check(
    `name: Skills Registry
colour: red
processes:
  main:
    source: ../main.lua
    tags:
      Module: other
    checks:
      - action: Info
        expect: {}
      - expects: x
targets:
  local: { mode: legacy, network: local, speed: 1 }
`,
    [
      [11, 9, /checks\.1: Unrecognized key: "expects"/],
      [13, 42, /targets\.local: Unrecognized key: "speed"/],
      [2, 1, /Unrecognized key: "colour"/],
      [1, 7, /name: must be lower-case/],
      [5, 13, /source: must be a \.lua file/],
      [7, 15, /tags\.Module: .*deployment/],
      [10, 17, /checks\.0\.expect: expect tags, data, paths, schema, or several/],
      [11, 9, /checks\.1\.action/],
      [11, 9, /checks\.1\.expect/],
    ],
  );
});

test("what names another part of the definition names one that is there", () => {
  check(
    `name: a
processes:
  main: { source: a.lua, needs: [index] }
targets:
  local: { mode: legacy, network: local, promotion: { from: testnet } }
`,
    [
      [3, 34, /there is no process index/],
      [5, 61, /there is no target testnet/],
    ],
  );
});

test("a key given twice and broken YAML stand at their place", () => {
  check(`${whole}name: again\n`, [[6, 1, /unique/]]);
  check("name: [", [[1, 8, /./]]);
  check("", [[1, 1, /must be keys with values, and is empty/]]);
});

test("a target names its endpoints or the local network, not both", () => {
  const legacy = `mode: legacy, mu: http://127.0.0.1:1, su: http://127.0.0.1:2, cu: http://127.0.0.1:3, gateway: http://127.0.0.1:4, module: ${"M".repeat(43)}, scheduler: ${"s".repeat(43)}, authority: ${"A".repeat(43)}, wallet: { env: KEY }`;
  const of = (target: string) =>
    `name: a\nprocesses: { a: { source: a.lua } }\ntargets:\n  x: { ${target} }\n`;
  expect(parseDefinition(of(legacy), "ao.yml").ok).toBe(true);
  expect(parseDefinition(of(`${legacy}, network: local`), "ao.yml").ok).toBe(false);
});

const remote = `mode: mainnet, url: "https://node.test", gateway: "https://gw.test", module: ${"M".repeat(42)}A, scheduler: ${"s".repeat(42)}A, authority: ${"A".repeat(43)}`;

/** A definition with these processes and targets. */
function definition(
  processes: string,
  targets = "local: { mode: legacy, network: local }",
): string {
  return `name: a\nprocesses: { ${processes} }\ntargets: { ${targets} }\n`;
}

function messages(text: string): readonly string[] {
  const parsed = parseDefinition(text, "ao.yml");
  if (parsed.ok) return [];
  const { failure } = parsed;
  return failure.reason === "definition-invalid"
    ? failure.problems.map(({ message }) => message)
    : [`${failure.reason} ${failure.line}`];
}

test("what parts say of each other is told beside what is wrong in them", () => {
  check(
    `name: 3
processes:
  main: { source: a.lua, needs: [index, main], minify: true }
targets:
  local: { mode: legacy, network: local, promotion: { from: local } }
`,
    [
      [3, 48, /processes\.main: Unrecognized key: "minify"/],
      [1, 7, /name: must be a text/],
      [3, 34, /needs\.0: there is no process index/],
      [3, 41, /needs\.1: a process knows its own id/],
      [5, 61, /promotion\.from: a target is not promoted from itself/],
    ],
  );
});

test("what every object has is no process and no target", () => {
  expect(
    messages(
      definition(
        "a: { source: a.lua, needs: [constructor] }",
        "x: { mode: legacy, network: local, promotion: { from: constructor } }",
      ),
    ),
  ).toEqual([
    "processes.a.needs.0: there is no process constructor",
    "targets.x.promotion.from: there is no target constructor",
  ]);
});

test("a ring of needs is refused by its way where one of it runs on boot, and only there", () => {
  const ring = (boot: string) =>
    `a: { source: a.lua, needs: [b]${boot} }, b: { source: b.lua, needs: [c] }, c: { source: c.lua, needs: [a] }`;
  expect(messages(definition(ring("")))).toEqual([]);
  expect(messages(definition(ring(", on_boot: true")))).toEqual([
    "processes.a.needs.0: a process that runs on boot knows only ids of what is spawned before it: a -> b -> c -> a",
  ]);
});

test("targets that are promoted from each other alone are refused by their way", () => {
  const from = (name: string) => `{ mode: legacy, network: local, promotion: { from: ${name} } }`;
  expect(messages(definition("a: { source: a.lua }", `x: ${from("y")}, y: ${from("x")}`))).toEqual([
    "targets.x.promotion.from: no code would ever come in: x -> y -> x",
    "targets.y.promotion.from: no code would ever come in: y -> x -> y",
  ]);
});

test("each file and each variable that ids are written to has one writer", () => {
  const target = (exported: string) => `{ mode: legacy, network: local, export: { ${exported} } }`;
  expect(
    messages(
      definition(
        "a: { source: a.lua }, b: { source: b.lua }",
        `x: ${target("env: { file: .env, keys: { a: A_ID, b: A_ID, c: C_ID } }, json: ids.json")}, y: ${target("json: ids.json")}`,
      ),
    ),
  ).toEqual([
    "targets.x.export.env.keys.b: is written by process a of target x too",
    "targets.x.export.env.keys.c: there is no process c",
    "targets.y.export.json: is written by target x too",
  ]);
});

test("a wallet is named by where it is", () => {
  const wallet = (text: string) =>
    messages(definition("a: { source: a.lua }", `x: { ${remote}, wallet: ${text} }`));
  expect(wallet("{ env: AO_WALLET }")).toEqual([]);
  expect(wallet("{ file: ~/.aos.json }")).toEqual([]);
  expect(wallet("{ file: ../wallet.json }")).toEqual([]);
  expect(wallet("{ signer: ./sign.ts }")).toEqual([]);
  expect(wallet("{ file: ~other/wallet.json }")).toEqual([
    "targets.x.wallet.file: must be a path: from the project, absolute, or after ~/",
  ]);
  expect(wallet("{ env: A, file: b }")).toEqual([
    "targets.x.wallet: must say where the wallet is, by env, file or signer; it is never in this file",
  ]);
});

test("a key in the file is refused by its line alone, also where the file is broken", () => {
  const secret = "Zm9vYmFyYmF6cXV4".repeat(30);
  const texts = [
    `${whole}x:\n  kty: RSA\n  d: ${secret}\n`,
    `${whole}x:\n\n  wallet: '{"kty":"RSA","d":"${secret.slice(0, 80)}"}'\n`,
    `${whole}x:\n\n  wallet: ${secret}\n`,
    `${whole}x: [\n\n -----BEGIN RSA PRIVATE KEY-----\n`,
  ];
  for (const text of texts) {
    const parsed = parseDefinition(text, "p/ao.yml");
    expect(parsed).toEqual({
      ok: false,
      failure: { reason: "ao-definition-holds-key", file: "p/ao.yml", line: 8 },
    });
  }
});

test("an address of a unit has a scheme that can be asked, and no password", () => {
  const at = (url: string) =>
    messages(
      definition(
        "a: { source: a.lua }",
        `x: { ${remote.replace("https://node.test", url)}, wallet: { env: A } }`,
      ),
    );
  expect(at("http://127.0.0.1:1984")).toEqual([]);
  expect(at("ftp://node.test")).toEqual([
    "targets.x.url: must be an address that begins with http:// or https://",
  ]);
  expect(at("https://me:secret@node.test")).toEqual([
    "targets.x.url: must hold no password, query or fragment",
  ]);
});

test("a name that cannot be one is told with what it has to be", () => {
  expect(messages(definition("Main: { source: a.lua }"))).toEqual([
    "processes.Main: must be lower-case letters, digits and hyphens",
  ]);
});

test("an expectation that would check nothing is a problem", () => {
  const expecting = (text: string) =>
    messages(definition(`a: { source: a.lua, checks: [{ action: Info, expect: { ${text} } }] }`));
  const at = "processes.a.checks.0.expect";
  expect(
    expecting('paths: { "$.skills[0].name": x }, schema: { type: object }, data: pong'),
  ).toEqual([]);
  expect(expecting("schema: { type: object, requierd: [name] }")).toEqual([
    `${at}.schema: is no schema that can be checked: unknown keyword: "requierd"`,
  ]);
  expect(expecting("schema: { type: objct }")).toEqual([
    expect.stringContaining(`${at}.schema: is no schema that can be checked: schema is invalid`),
  ]);
  expect(expecting('paths: { "skills": 1, "$..a": 1, "$.a[?(@.b)]": 1 }')).toEqual([
    `${at}.paths.skills: must be a path as $.skills[0].name`,
    `${at}.paths.$..a: must be a path as $.skills[0].name`,
    `${at}.paths.$.a[?(@.b)]: must be a path as $.skills[0].name`,
  ]);
});
