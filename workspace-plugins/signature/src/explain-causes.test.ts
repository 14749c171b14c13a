import { expect, test } from "vitest";
import { digestOf } from "./digest.ts";
import { explainCauses, rootCauses } from "./explain-causes.ts";
import type { RecordedAction } from "./recorded-action.ts";

type Change = {
  readonly files?: Readonly<Record<string, string>>;
  readonly on?: readonly RecordedAction[];
  readonly options?: Readonly<Record<string, string>>;
};

/** An action whose signature is the digest of what is in it, as a real one's is. */
function action(target: string, { files = {}, on = [], options = {} }: Change): RecordedAction {
  const content = {
    target,
    options: Object.entries(options).map(([name, value]) => ({ name, digest: digestOf(value) })),
    files: Object.entries(files).map(([path, text]) => ({
      path,
      digest: digestOf(text),
      sizeBytes: text.length,
      executable: false,
    })),
    upstreams: on.map((one) => ({ id: one.target, signature: one.signature })),
  };
  return {
    schema: 1,
    projectRoot: "app",
    executor: "@slipway/executors:image",
    env: [],
    tools: [],
    outputs: [],
    cached: true,
    salt: "",
    ...content,
    signature: digestOf(JSON.stringify(content)),
  };
}

function actionsOf(recorded: readonly RecordedAction[], current: readonly RecordedAction[]) {
  return {
    current: async (id: string) => current.find((one) => one.target === id),
    recorded: async (id: string, signature: string) =>
      recorded.find((one) => one.target === id && one.signature === signature),
  };
}

/** A base, two agents on it, and a smoke run on both; `text` is what the base's definition says. */
function fleet(text: string) {
  const base = action("debian:image", { files: { "debian/base.yml": text } });
  const agents = ["codex", "gemini"].map((name) =>
    // As in the examples: an agent declares the files of its base beside its own.
    action(`${name}:image`, {
      files: { [`${name}/agent.yml`]: "", "debian/base.yml": text },
      on: [base],
    }),
  );
  const smoke = action("boot:smoke", { files: { "boot/smoke.yml": "" }, on: agents });
  return [base, ...agents, smoke];
}

test("a change is followed to where it came in, and told once", async () => {
  const [before, after] = [fleet("1"), fleet("2")];
  const [was, is] = [before.at(-1), after.at(-1)];
  if (is === undefined) throw new Error("no action");
  const because = await explainCauses(was, is, actionsOf(before, after));
  expect(because).toMatchObject({
    upstreams: [
      {
        id: "codex:image",
        state: "explained",
        because: {
          upstreams: [
            {
              id: "debian:image",
              state: "explained",
              because: {
                upstreams: [],
                differences: [{ kind: "file-changed", path: "debian/base.yml" }],
              },
            },
          ],
          differences: [],
        },
      },
      {
        id: "gemini:image",
        state: "explained",
        because: { upstreams: [{ id: "debian:image", state: "told" }], differences: [] },
      },
    ],
    differences: [],
  });
  expect(rootCauses(because)).toEqual([
    {
      via: ["codex:image", "debian:image"],
      difference: { kind: "file-changed", path: "debian/base.yml" },
    },
  ]);
});

test("what upstream and target have of their own is told of each", async () => {
  const [was, is] = ["1", "2"].map((text) => action("lib:pack", { options: { level: text } }));
  if (was === undefined || is === undefined) throw new Error("no action");
  const before = action("app:pack", { on: [was], options: { level: "1" }, files: { a: "1" } });
  const after = action("app:pack", { on: [is], options: { level: "2" }, files: { a: "2" } });
  const because = await explainCauses(before, after, actionsOf([was], [is]));
  expect(rootCauses(because)).toEqual([
    { via: ["lib:pack"], difference: { kind: "option-changed", name: "level", change: "changed" } },
    { via: [], difference: { kind: "option-changed", name: "level", change: "changed" } },
    { via: [], difference: { kind: "file-changed", path: "a" } },
  ]);
});

test("an upstream whose action of that time is not kept is a cause itself", async () => {
  const [was, is] = ["1", "2"].map((text) => action("lib:pack", { files: { a: text } }));
  if (was === undefined || is === undefined) throw new Error("no action");
  const [before, after] = [was, is].map((on) => action("app:pack", { on: [on] }));
  if (after === undefined) throw new Error("no action");
  const because = await explainCauses(before, after, actionsOf([], [is]));
  const change = { id: "lib:pack", before: was.signature, after: is.signature };
  expect(because).toEqual({
    upstreams: [{ ...change, state: "not-on-record" }],
    differences: [],
  });
  expect(rootCauses(because)).toEqual([
    { via: [], difference: { kind: "upstream-changed", ...change } },
  ]);
});

test("an upstream that is new or gone is a cause itself", async () => {
  const lib = action("lib:pack", {});
  const [alone, on] = [action("app:pack", {}), action("app:pack", { on: [lib] })];
  const added = await explainCauses(alone, on, actionsOf([lib], [lib]));
  expect(added.differences).toEqual([
    { kind: "upstream-changed", id: "lib:pack", before: undefined, after: lib.signature },
  ]);
  const removed = await explainCauses(on, alone, actionsOf([lib], [lib]));
  expect(removed.differences).toEqual([
    { kind: "upstream-changed", id: "lib:pack", before: lib.signature, after: undefined },
  ]);
});

test("nothing is told of equal actions, and of none before only that", async () => {
  const app = action("app:pack", {});
  const none = actionsOf([], []);
  expect(await explainCauses(app, app, none)).toEqual({ upstreams: [], differences: [] });
  expect(await explainCauses(undefined, app, none)).toEqual({
    upstreams: [],
    differences: [{ kind: "first-run" }],
  });
});
