import { detected, installCommand, planned } from "@slipway/pipeline-kit/test/language";
import { expect, test } from "vitest";
import { node } from "./node.ts";

const json = (value: unknown): string => JSON.stringify(value);

const versionFiles = {
  ".nvmrc": "# of the team\nv22.3.0\n",
  ".node-version": "20\n",
  ".tool-versions": "ruby 3.3.0\nnodejs 18.1.0\n",
};
const engines = { engines: { node: ">=16.4 <19" } };
const runtime = { devEngines: { runtime: { name: "node", version: "^15.1.0" } } };

test.for([
  [[], { volta: { node: "17.0.0" } }, "22.3.0"],
  [[".nvmrc"], engines, "20"],
  [[".nvmrc", ".node-version"], engines, "18.1.0"],
  [Object.keys(versionFiles), { volta: { node: "17.0.0" }, ...engines }, "17.0.0"],
  [Object.keys(versionFiles), { ...engines, ...runtime }, "16.4"],
  [Object.keys(versionFiles), runtime, "15.1.0"],
] as const)("without %j and with %j the version is %s", ([without, own, expected]) => {
  const left = Object.entries(versionFiles).filter(([file]) => !without.includes(file as never));
  const files = { ...Object.fromEntries(left), "package.json": json(own) };
  expect(detected(node, files).facts?.["node_version"]).toBe(expected);
});

test("what is there is told as signals, facts and a confidence", () => {
  const files = {
    "package.json": json({ packageManager: "pnpm@10.1.0+sha512.abc" }),
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    ".nvmrc": "lts/jod",
  };
  expect(detected(node, files)).toEqual({
    signals: ["node_detected", "has_package_json", "has_pnpm_lock_yaml"],
    facts: { node_version: "22", node_manager: "pnpm", pnpm_version: "10.1.0" },
    confidence: 1,
    told: [],
  });
});

test("a package in a folder is found, but not one that was brought along", () => {
  const files = {
    "docs/node_modules/left-pad/package.json": "{}",
    "fixtures/package.json": "{}",
    "web/package.json": "{}",
    "web/package-lock.json": "{}",
  };
  expect(detected(node, files)).toEqual({
    signals: ["node_detected", "has_package_json", "has_package_lock_json"],
    facts: { node_manager: "npm", node_path: "web" },
    confidence: 0.5,
    told: [],
  });
  expect(detected(node, { "README.md": "" })).toEqual({
    signals: [],
    facts: {},
    confidence: 0,
    told: [],
  });
});

test("two lock files, none, and a version that moves are told", () => {
  const both = { "package.json": "{}", "package-lock.json": "{}", "yarn.lock": "" };
  expect(detected(node, both).told).toEqual([
    "NODE_002: package-lock.json is used, and yarn.lock is not read",
  ]);
  expect(detected(node, { "package.json": "no JSON", ".nvmrc": "lts/*" }).told).toEqual([
    "NODE_001: beside package.json is no lock file: each run installs what is newest",
    "NODE_003: .nvmrc says lts/*, which is another version from time to time: none is checked",
  ]);
});

test.for([
  ["package-lock.json", "{}", "npm ci"],
  ["npm-shrinkwrap.json", "{}", "npm ci"],
  ["bun.lock", "", "bun install --frozen-lockfile"],
  ["bun.lockb", "", "bun install --frozen-lockfile"],
  ["pnpm-lock.yaml", "lockfileVersion: '9.0'\n", "pnpm install --frozen-lockfile"],
  ["yarn.lock", "# yarn lockfile v1\n", "yarn install --frozen-lockfile"],
  ["yarn.lock", "__metadata:\n  version: 8\n", "yarn install --immutable"],
  ["none.lock", "", "npm install"],
] as const)("with %s of %j the install is %s", ([lock, text, expected]) => {
  const files = { "package.json": "{}", [lock]: text };
  expect(installCommand(node, files).trimEnd().split("\n").at(-1)).toBe(expected);
});

test.for([
  ["lockfileVersion: 5.4", "{}", "7"],
  ["lockfileVersion: '6.0'", "{}", "8"],
  ["lockfileVersion: '9.0'", "{}", "10"],
  ["lockfileVersion: '9.0'", '{"packageManager":"pnpm@9.15.4"}', "9.15.4"],
  ["lockfileVersion: '9.0'", '{"packageManager":"pnpm@9;curl evil"}', "9"],
] as const)("a lock of pnpm with %s and %s is installed by pnpm@%s", ([lock, own, version]) => {
  const files = { "package.json": own, "pnpm-lock.yaml": lock };
  expect(installCommand(node, files)).toBe(
    `command -v pnpm >/dev/null 2>&1 || corepack enable pnpm >/dev/null 2>&1 || npm install --global pnpm@${version}\npnpm install --frozen-lockfile\n`,
  );
});

test("a package of a job becomes its version, its install and its cache", () => {
  const files = { "package.json": "{}", "package-lock.json": "{}", ".nvmrc": "22" };
  expect(planned(node, [{}], { files })).toEqual({
    uses: [
      {
        steps: ["github: actions/setup-node@v4 node-version=22", "jenkins: node 22", "npm ci"],
        env: [],
        caches: ["npm"],
      },
    ],
    caches: [
      {
        id: "npm",
        paths: ["~/.npm"],
        key: ["platform", "node:22", "package.json", "package-lock.json"],
      },
    ],
    told: [],
  });
});

test.for([
  [">=16.4 <19", "16.4"],
  ["^20", "20"],
])("of the range %s GitHub is asked for %s, which is within it", ([range, expected]) => {
  const files = { "package.json": json({ engines: { node: range } }), "package-lock.json": "{}" };
  const { uses } = planned(node, [{}], { files });
  expect(uses[0]?.steps[0]).toBe(`github: actions/setup-node@v4 node-version=${expected}`);
});

test("yarn 1 is no yarn for a lock of a later one", () => {
  const files = { "package.json": "{}", "yarn.lock": "__metadata:\n  version: 8\n" };
  expect(installCommand(node, files)).toBe(
    "corepack enable yarn >/dev/null 2>&1 || { npm install --global --force corepack && corepack enable yarn; }\nyarn install --immutable\n",
  );
});

test("in a container no step of GitHub sets it up, and a folder has its own steps, keys and paths", () => {
  const files = {
    "web/package.json": json({ engines: { node: ">=20" } }),
    "web/yarn.lock": "",
  };
  const work = { container: { image: "node:22" } as never };
  expect(planned(node, [{ path: "web/" }], { files, work })).toEqual({
    uses: [
      {
        steps: ["node >=20 in web", "yarn install --frozen-lockfile (web) in web"],
        env: [],
        caches: ["yarn"],
      },
    ],
    caches: [
      {
        id: "yarn",
        paths: ["~/.cache/yarn", "web/node_modules"],
        key: ["platform", "node:20", "web/package.json", "web/yarn.lock"],
      },
    ],
    told: [],
  });
  expect(planned(node, [{}], { files, work: { ...work, workingDirectory: "web" } }).uses).toEqual([
    {
      steps: ["node >=20", "yarn install --frozen-lockfile (web)"],
      env: [],
      caches: ["yarn"],
    },
  ]);
});

test("caches of two versions are two, and one that the file declares is taken", () => {
  const files = { "package.json": "{}", "package-lock.json": "{}" };
  const uses = [{ version: "20" }, { version: "22" }];
  const { caches, uses: both } = planned(node, uses, { files });
  expect(caches.map(({ id }) => id)).toEqual(["npm-node20", "npm-node22"]);
  expect(both.map((use) => use.caches)).toEqual([["npm-node20"], ["npm-node22"]]);
  const own = planned(node, uses, { files, caches: [{ id: "node_modules" }] });
  expect(own.caches).toEqual([]);
  expect(own.uses.map((use) => use.caches)).toEqual([["node_modules"], ["node_modules"]]);
});

test("what the lock of the pipeline says of the version stands above what the file says", () => {
  const files = { "package.json": "{}", "package-lock.json": "{}", ".nvmrc": "22" };
  const { uses } = planned(node, [{}], { files, facts: { node_version: "22.3.0" } });
  expect(uses[0]?.steps.at(1)).toBe("jenkins: node 22.3.0");
});

test("inputs that are none, folders outside and uses with nothing to do are refused", () => {
  const files = { "web/package.json": "{}" };
  expect(planned(node, [{ verison: "22" }, { path: "../x" }, {}], { files }).told).toEqual([
    "NODE_004: lang/node has no input verison",
    "NODE_005: the path ../x leads out of the repository",
    "NODE_006: the repository's own folder has none of package.json, and no version is said",
  ]);
});
