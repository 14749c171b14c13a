import { Readable, duplexPair } from "node:stream";
import type { Duplex } from "node:stream";
import { digestOf, fail, ok } from "@slipway/signature";
import { describe, expect, it } from "vitest";
import { Inspected, configurationOf, findDifference } from "./container.ts";
import type { ContainerSpec } from "./container.ts";
import { framesOf, runContainer } from "./container-run.ts";
import type { CreatedContainer } from "./container-run.ts";

const spec: ContainerSpec = {
  image: digestOf("image"),
  command: ["run"],
  environment: { A: "1" },
  network: "none",
  readOnlyRoot: true,
  dropCapabilities: ["ALL"],
  noNewPrivileges: true,
  memoryBytes: 64 * 2 ** 20,
  temporaryFolders: { "/work": "rw", "/tmp": "rw" },
  mounts: [],
  labels: {},
};

const inspected = Inspected.parse({
  Id: "1",
  Image: digestOf("image"),
  State: { ExitCode: 0, OOMKilled: false, Error: "" },
  Config: { User: "", Hostname: "h", Env: null, Cmd: ["run"] },
  HostConfig: {
    NetworkMode: "none",
    ReadonlyRootfs: true,
    Privileged: false,
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges"],
    Memory: 64 * 2 ** 20,
    MemorySwap: 64 * 2 ** 20,
    Tmpfs: { "/tmp": "rw", "/work": "rw" },
  },
  Mounts: [],
});

const lost = { reason: "engine-lost", operation: "ping", detail: "gone" } as const;

type Story = Partial<CreatedContainer> & {
  readonly play: (far: Duplex) => void;
  readonly watchesEngine?: boolean;
};

/** Runs a container whose engine behaves as `story` says; counts its removals. */
async function check(story: Story) {
  const [near, far] = duplexPair();
  let removals = 0;
  let output = "";
  const { play, watchesEngine = false, ...answers } = story;
  const exit = await runContainer(
    {
      inspect: async () => ok(inspected),
      attach: async () => ok(near),
      start: async () => {
        play(far);
        return ok(undefined);
      },
      wait: async () => ok(0),
      resize: async () => ok(undefined),
      kill: async () => ok(undefined),
      ping: async () => ok(undefined),
      untilLost: never,
      ...answers,
      remove: async (timeoutMs) => {
        removals += 1;
        return answers.remove?.(timeoutMs) ?? ok(undefined);
      },
    },
    spec,
    {
      stdout: (bytes) => void (output += Buffer.from(bytes).toString()),
      stderr: () => undefined,
      signal: new AbortController().signal,
      timeoutMs: 20_000,
      watchesEngine,
    },
  );
  expect(removals).toBe(1);
  return { exit, output };
}

function frame(channel: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = channel;
  header.writeUInt32BE(text.length, 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

const never = (): Promise<never> => new Promise(() => undefined);

describe("runContainer", () => {
  it("answers with the exit code and the whole output", async () => {
    const { exit, output } = await check({
      play: (far) => far.end(frame(1, "hello")),
      wait: async () => ok(3),
    });
    expect(exit).toMatchObject({ ok: true, value: { exitCode: 3, outputIsWhole: true } });
    expect(output).toBe("hello");
  });

  it("says that the engine is lost when it ends the stream and answers no more", async () => {
    const { exit } = await check({
      play: (far) => far.end(frame(1, "hel")),
      wait: never,
      ping: async () => fail(lost),
    });
    expect(exit).toMatchObject({ ok: false, failure: { reason: "engine-lost", operation: "run" } });
  });

  it("says that the engine is lost when the stream breaks off, though another engine answers by now", async () => {
    const { exit } = await check({
      play: (far) => far.end(frame(1, "hello").subarray(0, 10)),
      wait: never,
    });
    expect(exit).toMatchObject({ ok: false, failure: { reason: "engine-lost" } });
  });

  it("says that an engine which falls silent under it is lost, where that is watched, and waits no longer for it to clean up", async () => {
    const silent = { reason: "engine-lost", operation: "run", detail: "no answer" } as const;
    const waits: (number | undefined)[] = [];
    const { exit, output } = await check({
      play: (far) => far.write(frame(1, "hel")),
      wait: never,
      watchesEngine: true,
      untilLost: async () => silent,
      remove: async (timeoutMs) => {
        waits.push(timeoutMs);
        return fail(lost);
      },
    });
    expect(exit).toEqual(fail(silent));
    expect(output).toBe("hel");
    expect(waits).toEqual([5000]);
  });

  it("leaves a session that nobody watches to the person, though its engine is slow", async () => {
    const { exit } = await check({
      play: (far) => far.end(frame(1, "hello")),
      untilLost: async () => lost,
    });
    expect(exit).toMatchObject({ ok: true, value: { outputIsWhole: true } });
  });

  it("tells a broken stream from a whole one when the exit code comes all the same", async () => {
    const { exit } = await check({ play: (far) => far.end(frame(1, "hello").subarray(0, 10)) });
    expect(exit).toMatchObject({ ok: true, value: { outputIsWhole: false } });
  });

  it("does not start a container that is not what was asked for", async () => {
    const { exit } = await check({
      play: () => expect.unreachable(),
      inspect: async () =>
        ok({ ...inspected, HostConfig: { ...inspected.HostConfig, NetworkMode: "bridge" } }),
    });
    expect(exit).toEqual({
      ok: false,
      failure: {
        reason: "container-differs",
        setting: "network",
        asked: '"none"',
        got: '"bridge"',
      },
    });
  });
});

describe("findDifference", () => {
  it("finds none whatever order the engine lists folders in", () => {
    expect(findDifference(spec, inspected)).toBeUndefined();
  });

  const { Config, HostConfig } = inspected;
  it.each<[string, Partial<Inspected>]>([
    ["image", { Image: digestOf("another") }],
    ["network", { HostConfig: { ...HostConfig, NetworkMode: "host" } }],
    ["read-only root", { HostConfig: { ...HostConfig, ReadonlyRootfs: false } }],
    ["privileged", { HostConfig: { ...HostConfig, Privileged: true } }],
    ["added capabilities", { HostConfig: { ...HostConfig, CapAdd: ["SYS_ADMIN"] } }],
    ["dropped capabilities", { HostConfig: { ...HostConfig, CapDrop: [] } }],
    ["no new privileges", { HostConfig: { ...HostConfig, SecurityOpt: [] } }],
    ["user", { Config: { ...Config, User: "0:0" } }],
    ["memory", { HostConfig: { ...HostConfig, Memory: 0 } }],
    ["temporary folders", { HostConfig: { ...HostConfig, Tmpfs: {} } }],
    ["mounts", { Mounts: [{ Type: "bind", Destination: "/host", RW: true }] }],
  ])("tells of another %s than was asked for", (setting, got) => {
    const whole = { ...spec, user: "1:1" };
    const same = { ...inspected, Config: { ...Config, User: "1:1" } };
    expect(findDifference(whole, same)).toBeUndefined();
    expect(findDifference(whole, { ...same, ...got })?.setting).toBe(setting);
  });
});

describe("configurationOf", () => {
  it("keeps output out of a log file, gives no swap, and labels with the owner", () => {
    const configuration = configurationOf(spec, "me");
    expect(configuration.HostConfig.LogConfig.Type).toBe("none");
    expect(configuration.HostConfig).toMatchObject({
      Memory: 64 * 2 ** 20,
      MemorySwap: 64 * 2 ** 20,
    });
    expect(configuration.Labels).toEqual({ "dev.slipway.run": "me" });
  });
});

describe("framesOf", () => {
  it("reads frames however the bytes are cut", async () => {
    const bytes = Buffer.concat([frame(1, "out"), frame(2, "err"), frame(1, ""), frame(1, "end")]);
    for (let size = 1; size <= bytes.length; size += 1) {
      const cuts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      );
      const written = { stdout: "", stderr: "" };
      for await (const { channel, bytes: part } of framesOf(Readable.from(cuts))) {
        written[channel] += Buffer.from(part).toString();
      }
      expect(written).toEqual({ stdout: "outend", stderr: "err" });
    }
  });
});
