import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { openRig } from "../test/rig.ts";
import { actionsFolder, readRecordedAction, recordActions } from "./action-records.ts";
import { digestOf } from "./digest.ts";
import type { RecordedAction } from "./recorded-action.ts";

function action(target: string): RecordedAction {
  return {
    schema: 1,
    target,
    projectRoot: "app",
    executor: "@slipway/executors:pack",
    options: [{ name: "level", digest: digestOf("1") }],
    files: [
      { path: "app/a", digest: digestOf("a"), sizeBytes: 1, executable: true },
      { path: "app/link", symlink: "a" },
    ],
    env: [
      { name: "A", state: "unset" },
      { name: "B", state: "set", digest: digestOf("b") },
    ],
    tools: [{ name: "tar", version: "1.0.0" }],
    upstreams: [{ id: "base:pack", signature: digestOf("base") }],
    outputs: ["app/dist/pack"],
    cached: true,
    salt: "",
    signature: digestOf(target),
  };
}

test("an action is read back as it was recorded, whatever its id", async () => {
  using rig = openRig();
  const ids = ["app:pack", "@scope/../../app:pack", "app:pack:ci", `${"é".repeat(300)}:pack`];
  const folder = actionsFolder(rig.root);
  await recordActions(folder, ids.map(action));
  for (const id of ids) {
    expect(await readRecordedAction(folder, id)).toEqual({ ok: true, value: action(id) });
  }
  expect(readdirSync(rig.root)).toEqual([".slipway"]);
  expect(readdirSync(folder)).toHaveLength(ids.length);
});

test("there is none for a target that never ran", async () => {
  using rig = openRig();
  expect(await readRecordedAction(rig.root, "app:pack")).toEqual({ ok: true, value: undefined });
});

test("there is none in the words of another version", async () => {
  using rig = openRig({ "app%3Apack.json": '{"schema":2,"anything":true}' });
  expect(await readRecordedAction(rig.root, "app:pack")).toEqual({ ok: true, value: undefined });
});

test.each([
  ["cut off", '{"schema":1,'],
  ["with a digest that is none", JSON.stringify({ ...action("app:pack"), signature: "sha256:0" })],
  ["of another target", JSON.stringify(action("lib:pack"))],
])("a record %s is refused", async (_, text) => {
  using rig = openRig();
  writeFileSync(path.join(rig.root, "app%3Apack.json"), text);
  expect(await readRecordedAction(rig.root, "app:pack")).toMatchObject({
    ok: false,
    failure: { reason: "record-invalid", file: path.join(rig.root, "app%3Apack.json") },
  });
});
