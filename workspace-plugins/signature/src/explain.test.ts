import { expect, test } from "vitest";
import { digestOf } from "./digest.ts";
import { explainTarget } from "./explain.ts";
import type { RecordedAction } from "./recorded-action.ts";
import { ok } from "./result.ts";

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

const current = new Map(
  [action("app:pack"), action("app:push", { cached: false }), action("lib:pack")].map((one) => [
    one.target,
    ok({ action: async () => one }),
  ]),
);

test("a target that never ran will run", async () => {
  expect(await explainTarget("app:pack", current, undefined)).toMatchObject({
    value: { willRun: true, isCached: true, differences: [{ kind: "first-run" }] },
  });
});

test("a cached target with the same signature will not run", async () => {
  expect(await explainTarget("app:pack", current, action("app:pack"))).toMatchObject({
    value: { willRun: false, differences: [] },
  });
});

test("an uncached target runs though nothing differs", async () => {
  expect(
    await explainTarget("app:push", current, action("app:push", { cached: false })),
  ).toMatchObject({
    value: { willRun: true, isCached: false, differences: [] },
  });
});

function tar(...versions: readonly string[]): RecordedAction["tools"] {
  return versions.map((version) => ({ name: "tar", version }));
}

test("a package in several versions is one difference", async () => {
  const before = action("app:pack", { tools: tar("1", "2"), signature: digestOf("before") });
  const after = ok({ action: async () => action("app:pack", { tools: tar("1", "3") }) });
  expect(await explainTarget("app:pack", new Map([["app:pack", after]]), before)).toMatchObject({
    value: { differences: [{ kind: "tool-changed", name: "tar", before: "1, 2", after: "1, 3" }] },
  });
});

test("a target that there is not has its neighbours named", async () => {
  expect(await explainTarget("app:pakc", current, undefined)).toEqual({
    ok: false,
    failure: { reason: "target-not-signed", target: "app:pakc", near: ["app:pack", "app:push"] },
  });
  expect(await explainTarget("ap:pack", current, undefined)).toMatchObject({
    failure: { near: ["app:pack", "lib:pack"] },
  });
});
