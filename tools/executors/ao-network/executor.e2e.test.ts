import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const shared = { root: "" };

beforeAll(async () => {
  shared.root = await mkdtemp(path.join(os.tmpdir(), "ao-net-"));
});
afterAll(() => rm(shared.root, { recursive: true }));

const program = `
const [executor, root] = process.argv.slice(1);
const { default: aoNetwork } = await import(executor);
const { success } = await aoNetwork({}, {
  root, projectName: "net", targetName: "ao-net", cwd: root, isVerbose: false,
  projectsConfigurations: { version: 2, projects: { net: { root: "." } } }, nxJsonConfiguration: {},
});
process.exitCode = success ? 0 : 1;
`;

/** The executor in a process of its own, as Nx runs it; with what it said, line by line. */
function serve() {
  const executor = path.join(import.meta.dirname, "executor.ts");
  const args = ["--input-type=module", "--eval", program, executor, shared.root];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const said: string[] = [];
  const isServing = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said.push(text);
      if (said.join("").includes("all addresses in its network.json")) isServing.resolve();
    });
  }
  const ended = once(child, "close").then(([code]: readonly unknown[]) => ({
    code,
    said: said
      .join("")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.replace(/http:[^\s,]+/, "<url>")),
  }));
  return {
    child,
    isServing: isServing.promise,
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function networkProcess(): Promise<number> {
  const file = path.join(shared.root, ".slipway/ao-network/network.json");
  return (JSON.parse(await readFile(file, "utf8")) as { pid: number }).pid;
}

const serving =
  "  · serving .slipway/ao-network: faults and log at <url>, all addresses in its network.json";

test("it ends well and without a word when it is stopped", async () => {
  await using net = serve();
  const { child, isServing, ended } = net;
  await isServing;
  child.kill("SIGTERM");
  expect(await ended).toEqual({ code: 0, said: [serving] });
});

test("also when the network was told before it, as Nx ends the processes of a task", async () => {
  await using net = serve();
  const { isServing, ended } = net;
  await isServing;
  process.kill(await networkProcess(), "SIGTERM");
  expect(await ended).toEqual({ code: 0, said: [serving] });
});

test("also before anything is served", async () => {
  await using net = serve();
  const { child, ended } = net;
  const children = `/proc/${child.pid}/task/${child.pid}/children`;
  await expect.poll(async () => readFile(children, "utf8"), { timeout: 60_000 }).toMatch(/^\d+ $/);
  process.kill(Number(await readFile(children, "utf8")), "SIGTERM");
  expect(await ended).toEqual({ code: 0, said: [] });
});

test("a network that was killed is told", async () => {
  await using net = serve();
  const { isServing, ended } = net;
  await isServing;
  process.kill(await networkProcess(), "SIGKILL");
  expect(await ended).toEqual({
    code: 1,
    said: [
      serving,
      "✗ the local AO network is not served any more",
      "  detail  it ended by itself",
      "  → run npx nx run @slipway/ao-network:ao-net by itself to see why",
    ],
  });
});
