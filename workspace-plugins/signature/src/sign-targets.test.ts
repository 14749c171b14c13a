import { chmodSync, renameSync, utimesSync } from "node:fs";
import path from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { never, openGitRig } from "../test/rig.ts";
import type { Rig } from "../test/rig.ts";
import { canonicalJson } from "./canonical-json.ts";
import { digestOf, hexOf, keyedDigestOf } from "./digest.ts";
import { explainSignature } from "./explain.ts";
import type { Difference } from "./explain.ts";
import { hashInProcess } from "./hash-files.ts";
import { openHashPool } from "./hash-pool.ts";
import { listFiles } from "./listing.ts";
import { readNpmLock } from "./npm-lock.ts";
import { ok } from "./result.ts";
import { allSigned, signTargets } from "./sign-targets.ts";
import type { SignedTarget, Sources } from "./sign-targets.ts";
import type { TargetDefinition } from "./target.ts";

const app: TargetDefinition = {
  id: "app:build",
  project: "app",
  projectRoot: "app",
  executor: "@slipway/executors:pack",
  options: { level: 1, secret: "option" },
  inputs: {
    filesets: [
      { patterns: ["app/**/*", "!app/**/*.test.ts"], includesIgnored: false },
      { patterns: ["tools/executors/pack/**/*"], includesIgnored: false },
      { patterns: ["app/generated/**/*"], includesIgnored: true },
    ],
    env: ["MODE"],
    tools: ["tar"],
  },
  outputs: ["app/dist/build"],
  upstreams: ["base:build"],
  isCached: true,
};

const base: TargetDefinition = {
  id: "base:build",
  project: "base",
  projectRoot: "base",
  executor: "@slipway/executors:pack",
  options: {},
  inputs: { filesets: [{ patterns: ["base/**/*"], includesIgnored: false }], env: [], tools: [] },
  outputs: [],
  upstreams: [],
  isCached: true,
};

const files = {
  ".gitignore": "generated\n",
  "app/a.ts": "a",
  "app/b.ts": "b",
  "app/a.test.ts": "test",
  "app/generated/out.ts": "out",
  "base/x": "x",
  "other/y": "y",
  "tools/executors/pack/executor.ts": "code",
};

type World = {
  readonly definitions?: readonly TargetDefinition[];
  readonly environment?: Sources["environment"];
  readonly tarVersion?: string;
  readonly salt?: string;
};

async function sign(root: string, world: World = {}) {
  const listing = await listFiles(root, never);
  if (!listing.ok) throw new Error(listing.failure.reason);
  const lock = { packages: { "node_modules/tar": { version: world.tarVersion ?? "1.0.0" } } };
  const lockedTools = readNpmLock("package-lock.json", JSON.stringify(lock));
  if (!lockedTools.ok) throw new Error(lockedTools.failure.reason);
  const sources = {
    tree: { listing: listing.value, hash: hashInProcess },
    environment: world.environment ?? { MODE: "fast" },
    lockedTools: lockedTools.value,
    probe: async () => ok("1.2.3"),
    secretKey: async () => "key",
    salt: world.salt ?? "",
  };
  return signTargets(world.definitions ?? [app, base], sources, never);
}

async function signApp(root: string, world: World = {}): Promise<SignedTarget> {
  const signed = allSigned(await sign(root, world));
  const target = signed.ok ? signed.value.get("app:build") : undefined;
  if (target === undefined) throw new Error(JSON.stringify(signed));
  return target;
}

type Mutation = {
  readonly change?: (rig: Rig) => void;
  readonly world?: World;
  readonly because: readonly Difference[];
};

const changedApp = (change: Partial<TargetDefinition>): World => ({
  definitions: [{ ...app, ...change }, base],
});

const mutations: Readonly<Record<string, Mutation>> = {
  "one byte of a file": {
    change: (rig) => rig.write("app/a.ts", "A"),
    because: [{ kind: "file-changed", path: "app/a.ts" }],
  },
  "a new file that git does not know yet": {
    change: (rig) => rig.write("app/new.ts", ""),
    because: [{ kind: "file-added", path: "app/new.ts" }],
  },
  "a removed file": {
    change: (rig) => rig.remove("app/b.ts"),
    because: [{ kind: "file-removed", path: "app/b.ts" }],
  },
  "another name for the same bytes": {
    change: (rig) => renameSync(path.join(rig.root, "app/b.ts"), path.join(rig.root, "app/c.ts")),
    because: [
      { kind: "file-removed", path: "app/b.ts" },
      { kind: "file-added", path: "app/c.ts" },
    ],
  },
  "the executable bit": {
    change: (rig) => rig.makeExecutable("app/a.ts"),
    because: [{ kind: "mode-changed", path: "app/a.ts", isExecutable: true }],
  },
  "a file that becomes a symlink to the same bytes": {
    change: (rig) => rig.link("app/a.ts", "copy.ts"),
    because: [{ kind: "symlink-changed", path: "app/a.ts", before: undefined, after: "copy.ts" }],
  },
  "an ignored file that is declared": {
    change: (rig) => rig.write("app/generated/out.ts", "new"),
    because: [{ kind: "file-changed", path: "app/generated/out.ts" }],
  },
  "the executor's own code": {
    change: (rig) => rig.write("tools/executors/pack/executor.ts", "new code"),
    because: [{ kind: "executor-source-changed", path: "tools/executors/pack/executor.ts" }],
  },
  "a file of an upstream": {
    change: (rig) => rig.write("base/x", "new"),
    because: [
      {
        kind: "upstream-changed",
        id: "base:build",
        before: digestOf("base before"),
        after: digestOf("base after"),
      },
    ],
  },
  "an upstream less": {
    world: changedApp({ upstreams: [] }),
    because: [
      {
        kind: "upstream-changed",
        id: "base:build",
        before: digestOf("base before"),
        after: undefined,
      },
    ],
  },
  "the value of a variable": {
    world: { environment: { MODE: "slow" } },
    because: [
      {
        kind: "env-changed",
        name: "MODE",
        before: "set",
        after: "set",
        values: { before: "fast", after: "slow" },
      },
    ],
  },
  "a variable that is empty": {
    world: { environment: { MODE: "" } },
    because: [
      {
        kind: "env-changed",
        name: "MODE",
        before: "set",
        after: "empty",
        values: { before: "fast" },
      },
    ],
  },
  "a variable that is unset": {
    world: { environment: {} },
    because: [
      {
        kind: "env-changed",
        name: "MODE",
        before: "set",
        after: "unset",
        values: { before: "fast" },
      },
    ],
  },
  "a tool's version": {
    world: { tarVersion: "1.0.1" },
    because: [{ kind: "tool-changed", name: "tar", before: "1.0.0", after: "1.0.1" }],
  },
  "an option": {
    world: changedApp({ options: { level: 2, secret: "option" } }),
    because: [{ kind: "option-changed", name: "level", change: "changed" }],
  },
  "an option more and one less": {
    world: changedApp({ options: { level: 1, other: true } }),
    because: [
      { kind: "option-changed", name: "other", change: "added" },
      { kind: "option-changed", name: "secret", change: "removed" },
    ],
  },
  "an output": {
    world: changedApp({ outputs: ["app/dist/other"] }),
    because: [
      { kind: "output-changed", path: "app/dist/build", change: "removed" },
      { kind: "output-changed", path: "app/dist/other", change: "added" },
    ],
  },
  "another executor": {
    world: changedApp({ executor: "@slipway/executors:image" }),
    because: [
      {
        kind: "executor-changed",
        before: "@slipway/executors:pack",
        after: "@slipway/executors:image",
      },
    ],
  },
  "no cache any more": {
    world: changedApp({ isCached: false }),
    because: [{ kind: "caching-changed", isCached: false }],
  },
  "the user's salt": {
    world: { salt: "again" },
    because: [
      { kind: "salt-changed", before: "", after: "again" },
      {
        kind: "upstream-changed",
        id: "base:build",
        before: digestOf("base before"),
        after: digestOf("base after"),
      },
    ],
  },
};

/** The digests of upstreams stand for themselves in the table above. */
function withoutDigests(differences: readonly Difference[]): readonly unknown[] {
  return differences.map((difference) =>
    difference.kind === "upstream-changed"
      ? { ...difference, before: difference.before && "x", after: difference.after && "x" }
      : difference,
  );
}

describe("changes the signature and is the whole explanation:", () => {
  test.each(Object.entries(mutations))("%s", async (_, { change, world, because }) => {
    using rig = openGitRig(files);
    const before = await signApp(rig.root);
    change?.(rig);
    const after = await signApp(rig.root, world);
    expect(after.signature).not.toBe(before.signature);
    const explained = explainSignature(await before.action(), await after.action());
    expect(withoutDigests(explained)).toEqual(withoutDigests(because));
  });

  test("where a symlink points", async () => {
    using rig = openGitRig(files);
    rig.link("app/link", "a.ts");
    const before = await signApp(rig.root);
    rig.link("app/link", "b.ts");
    const after = await signApp(rig.root);
    expect(explainSignature(await before.action(), await after.action())).toEqual([
      { kind: "symlink-changed", path: "app/link", before: "a.ts", after: "b.ts" },
    ]);
  });
});

describe("does not change the signature:", () => {
  const harmless: Readonly<Record<string, (rig: Rig) => World | undefined>> = {
    "a new mtime": (rig) => {
      utimesSync(path.join(rig.root, "app/a.ts"), 0, 0);
      return undefined;
    },
    "mode bits other than the executable one": (rig) => {
      chmodSync(path.join(rig.root, "app/a.ts"), 0o600);
      return undefined;
    },
    "a file that is no input": (rig) => {
      rig.write("other/y", "new");
      rig.write("app/a.test.ts", "new");
      return undefined;
    },
    "what git does with the same bytes": (rig) => {
      rig.git("commit", "-qm", "all");
      rig.git("rm", "-q", "--cached", "app/a.ts");
      return undefined;
    },
    "a variable that is not declared, the locale among them": () => ({
      environment: { MODE: "fast", LANG: "tr_TR.UTF-8", HOME: "/elsewhere" },
    }),
    "the order of definitions, options and names": () => ({
      definitions: [base, { ...app, options: { secret: "option", level: 1 } }],
    }),
    "the same file in two filesets": () =>
      changedApp({
        inputs: {
          ...app.inputs,
          filesets: [
            ...app.inputs.filesets.toReversed(),
            { patterns: ["app/a.ts"], includesIgnored: false },
          ],
        },
      }),
  };

  test.each(Object.entries(harmless))("%s", async (_, change) => {
    using rig = openGitRig(files);
    const before = await signApp(rig.root);
    const after = await signApp(rig.root, change(rig));
    expect([after.signature, await after.action()]).toEqual([
      before.signature,
      await before.action(),
    ]);
    expect(explainSignature(await before.action(), await after.action())).toEqual([]);
  });

  test("where the workspace lies, and where the process stands", async () => {
    using here = openGitRig(files);
    using there = openGitRig(files);
    expect((await signApp(there.root)).signature).toBe((await signApp(here.root)).signature);
  });
});

type Tree = Readonly<Record<string, string>>;

const trees = fc
  .dictionary(
    fc
      .array(fc.constantFrom("a", "b", "a.b", "\uFF5E", "\u{1F600}"), {
        minLength: 1,
        maxLength: 2,
      })
      .map((names) => names.join("/")),
    fc.constantFrom("", "x", "xy"),
    { maxKeys: 3 },
  )
  .filter(hasNoFileThatIsAFolder);

function hasNoFileThatIsAFolder(tree: Tree): boolean {
  const paths = Object.keys(tree);
  return paths.every((one) => paths.every((other) => !other.startsWith(`${one}/`)));
}

async function signTree(tree: Tree): Promise<string | undefined> {
  const inBase = Object.entries(tree).map(([name, text]) => [`base/${name}`, text] as const);
  using rig = openGitRig(Object.fromEntries(inBase));
  const signed = allSigned(await sign(rig.root, { definitions: [base] }));
  return signed.ok ? signed.value.get("base:build")?.signature : undefined;
}

test("any two trees of files have equal signatures only if they are equal", async () => {
  await fc.assert(
    fc.asyncProperty(trees, trees, async (a, b) => {
      const areEqual = canonicalJson(a) === canonicalJson(b);
      expect((await signTree(a)) === (await signTree(b))).toBe(areEqual);
    }),
    { numRuns: 30 },
  );
});

test("the order of a listing makes no difference", async () => {
  using rig = openGitRig(files);
  const listing = await listFiles(rig.root, never);
  if (!listing.ok) throw new Error(listing.failure.reason);
  const expected = await signApp(rig.root, { definitions: [{ ...app, upstreams: [] }] });
  const found = listing.value.files.filter((file) => file.kind === "file");
  await using pool = await openHashPool({ threads: 1 });
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(found, { minLength: found.length }), async (shuffled) => {
      const sources: Sources = {
        tree: {
          listing: listing.value,
          hash: async (folder, wanted, signal) => {
            const order = new Map(shuffled.map((file, at) => [file.path, at]));
            const rank = (name: string) => order.get(name) ?? 0;
            const sorted = wanted.toSorted((a, b) => rank(a.path) - rank(b.path));
            return pool.hash(folder, sorted, signal);
          },
        },
        environment: { MODE: "fast" },
        lockedTools: () => [{ name: "tar", version: "1.0.0" }],
        probe: async () => ok(""),
        secretKey: async () => "key",
        salt: "",
      };
      const signed = await signTargets([{ ...app, upstreams: [] }], sources, never);
      const target = signed.get("app:build");
      expect(target?.ok && (await target.value.action())).toEqual(await expected.action());
    }),
    { numRuns: 10 },
  );
});

/** The failures by id, and "signed" for what is. */
async function outcomes(
  root: string,
  definitions: readonly TargetDefinition[],
): Promise<Readonly<Record<string, unknown>>> {
  const signed = await sign(root, { definitions });
  return Object.fromEntries(
    [...signed].map(([id, target]) => [id, target.ok ? "signed" : target.failure]),
  );
}

const alone = { ...base, id: "alone:build", project: "alone" };
const behind = { ...base, id: "behind:build", project: "behind", upstreams: ["app:build"] };

describe("is not signed, and hides none but those that build on it:", () => {
  test("each target on a cycle of upstreams, by its path", async () => {
    using rig = openGitRig(files);
    const definitions = [behind, app, alone, { ...base, upstreams: ["app:build"] }];
    expect(await outcomes(rig.root, definitions)).toEqual({
      "alone:build": "signed",
      "app:build": { reason: "upstream-cycle", path: ["app:build", "base:build", "app:build"] },
      "base:build": { reason: "upstream-cycle", path: ["base:build", "app:build", "base:build"] },
      "behind:build": {
        reason: "upstream-not-signed",
        target: "behind:build",
        upstream: "app:build",
        root: "app:build",
        rootReason: "upstream-cycle",
      },
    });
  });

  test("an upstream without a definition", async () => {
    using rig = openGitRig(files);
    expect(await outcomes(rig.root, [app, alone])).toEqual({
      "alone:build": "signed",
      "app:build": { reason: "upstream-unknown", target: "app:build", upstream: "base:build" },
    });
  });

  test("a tool that is not locked; the root is named however far away", async () => {
    using rig = openGitRig(files);
    const broken = { ...base, inputs: { ...base.inputs, tools: ["zip"] } };
    const consequence = {
      reason: "upstream-not-signed",
      root: "base:build",
      rootReason: "tool-not-locked",
    };
    expect(await outcomes(rig.root, [behind, app, alone, broken])).toEqual({
      "alone:build": "signed",
      "base:build": { reason: "tool-not-locked", target: "base:build", tool: "zip" },
      "app:build": { ...consequence, target: "app:build", upstream: "base:build" },
      "behind:build": { ...consequence, target: "behind:build", upstream: "app:build" },
    });
  });

  test("a pattern that has to match and does not", async () => {
    using rig = openGitRig(files);
    const filesets = [
      {
        patterns: ["base/**", "base/none", "bsae/**", "!base/x", "base/x", "!gone/**"],
        includesIgnored: false,
        mustMatch: true,
      },
    ];
    const strict = { ...base, inputs: { ...base.inputs, filesets } };
    expect(await outcomes(rig.root, [alone, app, strict])).toMatchObject({
      "alone:build": "signed",
      "base:build": { reason: "patterns-unmatched", patterns: ["base/none", "bsae/**"] },
      "app:build": { reason: "upstream-not-signed", rootReason: "patterns-unmatched" },
    });
  });

  test("a pattern that is too large, of files or of fields, taken out or let in", async () => {
    using rig = openGitRig(files);
    const pattern = "{a,b}".repeat(20);
    const failure = { reason: "pattern-too-large", pattern };
    const [positive, negative] = [
      ["base/**", pattern],
      ["base/**", `!${pattern}`],
    ].map((patterns) => ({
      ...base,
      inputs: { ...base.inputs, filesets: [{ patterns, includesIgnored: false }] },
    }));
    const jsonFields = [{ pattern, fields: ["a"], excludeFields: [] }];
    const ofFields = { ...base, inputs: { ...base.inputs, jsonFields } };
    expect(await outcomes(rig.root, [positive ?? base])).toMatchObject({ "base:build": failure });
    expect(await outcomes(rig.root, [ofFields])).toMatchObject({ "base:build": failure });
    expect(await outcomes(rig.root, [negative ?? base])).toMatchObject({
      "base:build": { ...failure, pattern: `!${pattern}` },
    });
  });

  test("a file that cannot be read, for the filesets that have it", async () => {
    using rig = openGitRig(files);
    const listing = await listFiles(rig.root, never);
    if (!listing.ok) throw new Error(listing.failure.reason);
    rig.remove("base/x");
    const sources: Sources = {
      tree: { listing: listing.value, hash: hashInProcess },
      environment: {},
      lockedTools: () => [],
      probe: async () => ok(""),
      secretKey: async () => "key",
      salt: "",
    };
    const other = { ...alone, inputs: { filesets: [], env: [], tools: [] } };
    const signed = await signTargets([app, base, other], sources, never);
    const failure = { reason: "file-unreadable", path: "base/x", code: "ENOENT" };
    expect(signed.get("base:build")).toEqual({ ok: false, failure });
    expect(signed.get("app:build")).toMatchObject({ failure: { root: "base:build" } });
    expect(signed.get("alone:build")?.ok).toBe(true);
    expect(allSigned(signed)).toEqual({ ok: false, failure });
  });

  test("a target without a definition", async () => {
    using rig = openGitRig(files);
    const listing = await listFiles(rig.root, never);
    if (!listing.ok) throw new Error(listing.failure.reason);
    const sources: Sources = {
      tree: { listing: listing.value, hash: hashInProcess },
      environment: {},
      lockedTools: () => [],
      probe: async () => ok(""),
      secretKey: async () => "key",
      salt: "",
    };
    const failure = { reason: "input-unsupported", target: "base:build", input: "{}" } as const;
    const signed = await signTargets([app], sources, never, new Map([["base:build", failure]]));
    expect(signed.get("base:build")).toEqual({ ok: false, failure });
    expect(signed.get("app:build")).toMatchObject({
      failure: { root: "base:build", rootReason: "input-unsupported" },
    });
  });
});

test("a probe runs once, however many targets declare it, and few run at once", async () => {
  using rig = openGitRig(files);
  const listing = await listFiles(rig.root, never);
  if (!listing.ok) throw new Error(listing.failure.reason);
  const asked: string[] = [];
  const atOnce = { now: 0, most: 0 };
  const sources: Sources = {
    tree: { listing: listing.value, hash: hashInProcess },
    environment: {},
    lockedTools: () => [],
    probe: async (command) => {
      asked.push(command);
      atOnce.most = Math.max(atOnce.most, (atOnce.now += 1));
      await new Promise((resolve) => setImmediate(resolve));
      atOnce.now -= 1;
      return ok("1.2.3");
    },
    secretKey: async () => "key",
    salt: "",
  };
  const probes = Array.from({ length: 9 }, (_, at) => `tool${at} --version`);
  const definitions = [base, alone].map((one) => ({ ...one, inputs: { ...one.inputs, probes } }));
  expect(allSigned(await signTargets(definitions, sources, never)).ok).toBe(true);
  expect(asked.toSorted()).toEqual(probes);
  expect(atOnce.most).toBe(4);
});

test("a pattern that matches nothing is told, unless it may match an ignored file", async () => {
  using rig = openGitRig(files);
  const filesets = [
    { patterns: ["app/*.ts", "app/gone.ts", "app/src/", "!app/none"], includesIgnored: false },
    { patterns: ["app/later/**"], includesIgnored: true },
  ];
  const target = await signApp(rig.root, changedApp({ inputs: { ...app.inputs, filesets } }));
  expect(target.unmatchedPatterns()).toEqual(["app/gone.ts", "app/src/"]);
});

/** All that a target leaves behind, and all that its signature is made of. */
async function traces(root: string, value: string, secrets: readonly string[]): Promise<string> {
  const definition = { ...app, inputs: { ...app.inputs, secrets } };
  const signed = await signApp(root, {
    definitions: [definition, base],
    environment: { MODE: value },
  });
  return JSON.stringify([signed.signature, signed.own(), await signed.action()]);
}

describe("the value of a variable", () => {
  test("is in the record, to be shown", async () => {
    using rig = openGitRig(files);
    expect(await traces(rig.root, "hunter2", [])).toContain('"value":"hunter2"');
  });

  test("that is secret is nowhere, nor is a digest that it could be tried against", async () => {
    using rig = openGitRig(files);
    const found = await traces(rig.root, "hunter2", ["MODE"]);
    expect(found).not.toContain("hunter2");
    expect(found).not.toContain(hexOf(digestOf("hunter2")));
    expect(found).toContain(keyedDigestOf("hunter2", "key"));
  });

  test("has the same signature, secret or not", async () => {
    using rig = openGitRig(files);
    const [open, closed] = [[], ["MODE"]].map(async (secrets) =>
      signApp(rig.root, { definitions: [{ ...app, inputs: { ...app.inputs, secrets } }, base] }),
    );
    expect((await closed)?.signature).toBe((await open)?.signature);
  });
});

test("no value of an option is in a recorded action", async () => {
  using rig = openGitRig(files);
  const options = { level: 1, secret: "hunter2" };
  const signed = await signApp(rig.root, changedApp({ options }));
  expect(JSON.stringify(await signed.action())).not.toContain("hunter2");
});
