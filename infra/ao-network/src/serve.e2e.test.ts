import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { aosModuleFile, loadAosModule } from "@slipway/aos";
import { beforeAll, expect, test } from "vitest";
import { liveAddresses } from "./addresses.ts";
import { openTemporaryFolder } from "./temporary-folder.ts";

const program = path.join(import.meta.dirname, "..", "serve.cjs");

// Where it is not there yet, the first network that needs it tells of its download.
beforeAll(async () => {
  const effects = { signal: new AbortController().signal, progress: () => {} };
  const loaded = await loadAosModule(aosModuleFile(process.env), effects);
  if (!loaded.ok) throw new Error(loaded.failure.reason);
}, 200_000);

function start(...words: readonly string[]) {
  const child = spawn(process.execPath, [program, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  const ended = Promise.all([text(child.stdout), text(child.stderr), closed]).then(
    ([stdout, stderr, code]) => ({ stdout, stderr, code }),
  );
  return { ended, interrupt: () => child.kill("SIGINT") };
}

test("what it is called with is told, and a call that is none is refused with the same words", async () => {
  const help = await start("--help").ended;
  expect(help).toMatchObject({ code: 0, stderr: "" });
  expect(help.stdout).toMatch(/^usage: npx node infra\/ao-network\/serve.cjs --state <folder>/);
  const refused = (problem: string) => ({
    code: 1,
    stdout: "",
    stderr: `ao-network: ${problem}\n${help.stdout}\n`,
  });
  expect(await start().ended).toEqual(refused("--state is missing"));
  expect(await start("--port", "1").ended).toEqual(refused("Unknown option '--port'"));
  expect(await start("--state", "a", "--evaluation-timeout-ms", "soon").ended).toEqual(
    refused("--evaluation-timeout-ms takes a number above 0"),
  );
});

test("two networks run beside each other, and Ctrl-C leaves of each what it keeps and nothing else", async () => {
  await using folder = await openTemporaryFolder();
  const states = ["one", "two"].map((name) => path.join(folder.path, name));
  const running = states.map((state) => start("--state", state));
  const published = async () => {
    const all = await Promise.all(states.map((state) => liveAddresses(state)));
    return all.flatMap((addresses) => (addresses === undefined ? [] : [addresses]));
  };
  await expect.poll(async () => (await published()).length, { timeout: 60_000 }).toBe(2);
  const told = await published();
  const urls = told.flatMap(({ mu, su, cu, gateway, url }) => [mu, su, cu, gateway, url]);
  expect(new Set(urls).size).toBe(10);
  for (const one of running) one.interrupt();
  const ended = await Promise.all(running.map((one) => one.ended));
  expect(ended).toEqual(
    told.map((addresses) => ({ code: 0, stdout: `${JSON.stringify(addresses)}\n`, stderr: "" })),
  );
  for (const state of states) {
    expect((await readdir(state)).toSorted()).toEqual([
      "assignments.jsonl",
      "messenger-key.json",
      "owner.lock",
      "scheduler-key.json",
      "wallet.json",
    ]);
  }
  expect(await readdir(folder.path)).toEqual(["one", "two"]);
});
