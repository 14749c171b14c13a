import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { openRig } from "../test/rig.ts";
import { actionsFolder, readRecordedAction, recordActions } from "./action-records.ts";
import { readSuccesses } from "./action-index.ts";
import { digestOf, hexOf } from "./digest.ts";
import type { RecordedAction } from "./recorded-action.ts";

function action(target: string, content = target): RecordedAction {
  return {
    schema: 2,
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
      { name: "B", state: "set", digest: digestOf("b"), value: "b" },
    ],
    tools: [{ name: "tar", version: "1.0.0" }],
    upstreams: [{ id: "base:pack", signature: digestOf("base") }],
    outputs: ["app/dist/pack"],
    cached: true,
    salt: "",
    signature: digestOf(content),
  };
}

function fileOf(folder: string, { target, signature }: RecordedAction): string {
  return path.join(folder, encodeURIComponent(target), `${hexOf(signature)}.json`);
}

test("an action is read back as it was recorded, whatever its id", async () => {
  using rig = openRig();
  const ids = ["app:pack", "@scope/../../app:pack", "app:pack:ci", `${"é".repeat(300)}:pack`];
  const folder = actionsFolder(rig.root);
  await recordActions(
    folder,
    ids.map((id) => action(id)),
  );
  for (const id of ids) {
    expect(await readRecordedAction(folder, id)).toEqual({ ok: true, value: action(id) });
  }
  expect(readdirSync(rig.root)).toEqual([".slipway"]);
  const folders = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory());
  expect(folders).toHaveLength(ids.length);
});

test("there is none for a target that never ran", async () => {
  using rig = openRig();
  expect(await readRecordedAction(rig.root, "app:pack")).toEqual({ ok: true, value: undefined });
});

test("the last success is read, and an earlier one by its signature", async () => {
  using rig = openRig();
  const [first, second] = [action("app:pack", "1"), action("app:pack", "2")];
  for (const one of [first, second]) await recordActions(rig.root, [one]);
  expect(await readRecordedAction(rig.root, "app:pack")).toEqual({ ok: true, value: second });
  const earlier = await readRecordedAction(rig.root, "app:pack", first.signature);
  expect(earlier).toEqual({ ok: true, value: first });
  await recordActions(rig.root, [first]);
  expect(await readRecordedAction(rig.root, "app:pack")).toEqual({ ok: true, value: first });
});

test("five successes of a target are kept", async () => {
  using rig = openRig();
  for (const content of "1234567") await recordActions(rig.root, [action("app:pack", content)]);
  expect(readdirSync(path.join(rig.root, "app%3Apack"))).toHaveLength(5);
  const last = await readRecordedAction(rig.root, "app:pack");
  expect(last).toEqual({ ok: true, value: action("app:pack", "7") });
});

test("there is none in the words of another version", async () => {
  using rig = openRig();
  await recordActions(rig.root, [action("app:pack")]);
  const file = fileOf(rig.root, action("app:pack"));
  writeFileSync(file, readFileSync(file, "utf8").replace("slipway action 2", "slipway action 99"));
  expect(await readRecordedAction(rig.root, "app:pack")).toEqual({ ok: true, value: undefined });
});

test.each([
  ["cut off", (text: string) => text.slice(0, -20)],
  ["with another digit in it", (text: string) => text.replace('"sizeBytes":1', '"sizeBytes":2')],
  ["of another target", (text: string) => text.replaceAll("app:pack", "lib:pack")],
  ["that is empty", () => ""],
  ["that is no record", () => '{"schema":1}'],
])("a record %s is refused", async (_, change) => {
  using rig = openRig();
  await recordActions(rig.root, [action("app:pack")]);
  const file = fileOf(rig.root, action("app:pack"));
  writeFileSync(file, change(readFileSync(file, "utf8")));
  expect(await readRecordedAction(rig.root, "app:pack")).toMatchObject({
    ok: false,
    failure: { reason: "record-invalid", file },
  });
});

test("the record of another target, copied, is refused", async () => {
  using rig = openRig();
  const [app, lib] = [action("app:pack", "same"), action("lib:pack", "same")];
  await recordActions(rig.root, [app, lib]);
  writeFileSync(fileOf(rig.root, app), readFileSync(fileOf(rig.root, lib)));
  expect(await readRecordedAction(rig.root, "app:pack")).toMatchObject({
    failure: { problems: ["it is the record of lib:pack"] },
  });
});

test.each([
  ["lost", (file: string) => rmSync(file)],
  ["damaged", (file: string) => writeFileSync(file, '{"app:pack":"sha256:0"}')],
])("the last successes are known when their index is %s", async (_, harm) => {
  using rig = openRig();
  const [old, app, lib] = [action("app:pack", "1"), action("app:pack", "2"), action("lib:pack")];
  await recordActions(rig.root, [old]);
  await recordActions(rig.root, [app, lib]);
  const known = new Map([app, lib].map(({ target, signature }) => [target, signature]));
  expect(await readSuccesses(rig.root)).toEqual(known);
  harm(path.join(rig.root, "index.json"));
  expect(await readSuccesses(rig.root)).toEqual(known);
  await recordActions(rig.root, [lib]);
  expect(await readSuccesses(rig.root)).toEqual(known);
});

test("of many that record at once none is forgotten", async () => {
  using rig = openRig();
  const ids = Array.from({ length: 30 }, (_, at) => `app${at}:pack`);
  await Promise.all(ids.map((id) => recordActions(rig.root, [action(id)])));
  expect([...(await readSuccesses(rig.root)).keys()].toSorted()).toEqual(ids.toSorted());
});
