import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { openRig } from "../test/rig.ts";
import { recordActions } from "./action-records.ts";
import { digestOf, hexOf } from "./digest.ts";
import { explainTarget } from "./explain-target.ts";
import type { RecordedAction } from "./recorded-action.ts";
import { fail, ok } from "./result.ts";
import type { SignedTargets } from "./sign-targets.ts";

function action(target: string, change: Partial<RecordedAction> = {}): RecordedAction {
  return {
    schema: 1,
    target,
    projectRoot: "app",
    executor: "@slipway/executors:pack",
    options: [],
    files: [],
    env: [],
    tools: [],
    upstreams: [],
    outputs: [],
    cached: true,
    salt: "",
    signature: digestOf(target),
    ...change,
  };
}

const nothing = {
  project: "app",
  projectRoot: "app",
  executor: "@slipway/executors:pack",
  options: {},
  inputs: { filesets: [], env: [], tools: [] },
  outputs: [],
  upstreams: [],
};

function signed(...actions: readonly RecordedAction[]): SignedTargets {
  return new Map(
    actions.map((one) => {
      const { signature, cached } = one;
      const definition = { ...nothing, id: one.target, isCached: cached };
      const target = {
        definition,
        signature,
        own: () => signature,
        unmatchedPatterns: () => [],
        readFiles: async () => ({ files: [], filesets: [] }),
        action: async () => one,
      };
      return [one.target, ok(target)];
    }),
  );
}

const app = action("app:pack");
const push = action("app:push", { cached: false });
const known = ["app:pack", "app:push", "lib:pack"];

/** What is told of `id` after the successes of `recorded`. */
async function explained(id: string, recorded: readonly RecordedAction[], now: SignedTargets) {
  using rig = openRig();
  await recordActions(rig.root, recorded);
  return await explainTarget(id, { known, signed: now, folder: rig.root });
}

test("a target that never ran will run", async () => {
  expect(await explained("app:pack", [], signed(app))).toEqual(
    ok({
      target: "app:pack",
      verdict: "will-run",
      isCached: true,
      before: undefined,
      after: app.signature,
      because: { upstreams: [], differences: [{ kind: "first-run" }] },
      unmatchedPatterns: [],
    }),
  );
});

test("nothing is told of a target with the signature of its last success, cached or not", async () => {
  const because = { upstreams: [], differences: [] };
  expect(await explained("app:pack", [app], signed(app))).toEqual(
    ok({
      target: "app:pack",
      verdict: "will-not-run",
      isCached: true,
      before: app.signature,
      after: app.signature,
      because,
      unmatchedPatterns: [],
    }),
  );
  expect(await explained("app:push", [push], signed(push))).toMatchObject({
    value: { isCached: false, verdict: "runs-every-time", because },
  });
});

function tar(...versions: readonly string[]): RecordedAction["tools"] {
  return versions.map((version) => ({ name: "tar", version }));
}

test("a package in several versions is one difference", async () => {
  const before = action("app:pack", { tools: tar("1", "2"), signature: digestOf("before") });
  const after = action("app:pack", { tools: tar("1", "3") });
  expect(await explained("app:pack", [before], signed(after))).toMatchObject({
    value: {
      before: before.signature,
      because: {
        differences: [{ kind: "tool-changed", name: "tar", before: "1, 2", after: "1, 3" }],
      },
    },
  });
});

test("a target of which only an upstream is another may run: it does if that makes other bytes", async () => {
  const [was, is] = ["1", "2"].map((content) =>
    action("lib:pack", { signature: digestOf(content), tools: tar(content) }),
  );
  if (was === undefined || is === undefined) throw new Error("no action");
  const on = ({ target, signature }: RecordedAction) => [{ id: target, signature }];
  const before = action("app:pack", { upstreams: on(was), signature: digestOf("before") });
  const check = async (change: Partial<RecordedAction>, verdict: string) => {
    const after = action("app:pack", { upstreams: on(is), ...change });
    expect(await explained("app:pack", [was, before], signed(is, after))).toMatchObject({
      value: { verdict },
    });
  };
  await check({}, "may-run");
  // Told at the upstream alone, and another in the target as well.
  await check({ tools: tar("2") }, "will-run");
  await check({ upstreams: [] }, "will-run");
  await check({ cached: false }, "runs-every-time");
});

test("a target that there is not has its neighbours named", async () => {
  expect(await explained("app:pakc", [], signed())).toEqual(
    fail({ reason: "target-not-signed", target: "app:pakc", near: ["app:pack", "app:push"] }),
  );
  expect(await explained("ap:pack", [], signed())).toMatchObject({
    failure: { near: ["app:pack", "lib:pack"] },
  });
});

test("what a target cannot be signed for is told", async () => {
  const failure = { reason: "file-unreadable", path: "app/a", code: "EACCES" } as const;
  const now: SignedTargets = new Map([["app:pack", fail(failure)]]);
  expect(await explained("app:pack", [app], now)).toEqual(fail(failure));
});

test("a damaged record of the target is told; one of an upstream explains no further", async () => {
  using rig = openRig();
  const [was, is] = ["1", "2"].map((content) =>
    action("lib:pack", { signature: digestOf(content) }),
  );
  if (was === undefined || is === undefined) throw new Error("no action");
  const on = ({ target, signature }: RecordedAction) => [{ id: target, signature }];
  const before = action("app:pack", { upstreams: on(was), signature: digestOf("before") });
  const after = action("app:pack", { upstreams: on(is) });
  await recordActions(rig.root, [was, before]);
  const damage = ({ target, signature }: RecordedAction) => {
    const name = `${hexOf(signature)}.json`;
    writeFileSync(path.join(rig.root, encodeURIComponent(target), name), "{");
  };
  const from = { known, signed: signed(is, after), folder: rig.root };
  damage(was);
  expect(await explainTarget("app:pack", from)).toMatchObject({
    value: { because: { upstreams: [{ id: "lib:pack", state: "not-on-record" }] } },
  });
  damage(before);
  expect(await explainTarget("app:pack", from)).toMatchObject({
    failure: { reason: "record-invalid" },
  });
});
