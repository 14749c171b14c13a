import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { removeTree } from "./remove-tree.ts";
import { openStaging, sweepStagings, tryStaging } from "./staging.ts";
import type { Staging } from "./staging.ts";
import type { Store } from "./store-place.ts";

let store: Store;

beforeEach(async () => {
  store = { folder: await mkdtemp(path.join(tmpdir(), "slipway-staging-")) };
});
afterEach(async () => removeTree(store.folder));

const name = { entry: digestOf("entry") };
const { signal } = new AbortController();

async function opened(): Promise<Staging> {
  const staging = await openStaging(store, name, { signal });
  if (!staging.ok) throw new Error(staging.failure.reason);
  return staging.value;
}

const left = async () =>
  (await readdir(store.folder, { recursive: true })).filter((each) => /[0-9a-f]{64}/.test(each));

test("one at a time has the staging of an entry; with its end all of it is gone", async () => {
  const first = await opened();
  await writeFile(path.join(first.folder, "part"), "x");
  expect(await tryStaging(store, name)).toBeUndefined();
  const order: string[] = [];
  const second = opened().then((staging) => {
    order.push("second");
    return staging;
  });
  await sweepStagings(store);
  expect(await readdir(first.folder)).toEqual(["part"]);
  order.push("first ends");
  await first[Symbol.asyncDispose]();
  const staging = await second;
  expect(order).toEqual(["first ends", "second"]);
  expect(await readdir(staging.folder)).toEqual([]);
  await staging[Symbol.asyncDispose]();
  expect(await left()).toEqual([]);
});

test("who waits is told so, and can be stopped", async () => {
  await using _first = await opened();
  const stopping = new AbortController();
  const waiting = (): void => stopping.abort();
  expect(await openStaging(store, name, { signal: stopping.signal, waiting })).toEqual({
    ok: false,
    failure: { reason: "packages-stopped" },
  });
});

/** Another process that has a staging with a file in it. */
async function holder() {
  const code = `
    import { openStaging } from ${JSON.stringify(path.join(import.meta.dirname, "staging.ts"))};
    import { writeFileSync } from "node:fs";
    const staging = await openStaging(${JSON.stringify(store)}, ${JSON.stringify(name)}, new AbortController());
    writeFileSync(staging.value.folder + "/part", "x");
    process.stdout.write("held");
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

test("what another process has is left alone while it lives, and removed when it was killed", async () => {
  const child = await holder();
  expect(await tryStaging(store, name)).toBeUndefined();
  expect(await sweepStagings(store)).toEqual([]);
  expect(await left()).toContain(`slipway/incoming/${name.entry.slice(7)}/part`);
  child.kill("SIGKILL");
  await once(child, "exit");
  const place = path.join(store.folder, "slipway/incoming", name.entry.slice(7));
  expect(await sweepStagings(store, { isDryRun: true })).toEqual([place]);
  expect(await left()).toContain(`slipway/incoming/${name.entry.slice(7)}/part`);
  expect(await sweepStagings(store)).toEqual([place]);
  expect(await left()).toEqual([]);
});

test("the next one takes over from a process that was killed", async () => {
  const child = await holder();
  child.kill("SIGKILL");
  await once(child, "exit");
  await using staging = await opened();
  expect(await readdir(staging.folder)).toEqual([]);
});
