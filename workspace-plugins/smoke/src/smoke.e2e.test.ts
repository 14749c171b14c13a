import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { openEngine } from "@slipway/images";
import type { Engine } from "@slipway/images";
import { readTextIfPresent } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import tar from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ContainerRunner } from "./sealed-run.ts";
import { openRig } from "./test/rig.ts";

const signal = new AbortController().signal;

let engine: Engine;
let image: Digest;
let folder: string;

beforeAll(async () => {
  const opened = await openEngine({ counted: () => undefined, signal });
  if (!opened.ok) throw new Error(`this test needs an engine: ${JSON.stringify(opened.failure)}`);
  engine = opened.value;
  folder = await mkdtemp(path.join(os.tmpdir(), "slipway-smoke-e2e-"));
  const built = await engine.build({
    context: await busyboxContext(),
    dockerfile: "Dockerfile",
    buildArgs: {},
    labels: {},
    networkMode: "none",
    logFile: path.join(folder, "build.log"),
    signal,
    timeoutMs: 120_000,
  });
  if (!built.ok) throw new Error(JSON.stringify(built.failure));
  image = built.value;
});

afterAll(async () => {
  await engine.removeImage(image, { force: true });
  engine[Symbol.dispose]();
  await rm(folder, { recursive: true, force: true });
});

async function busyboxContext(): Promise<Readable> {
  const pack = tar.pack();
  pack.entry({ name: "busybox", mode: 0o755 }, await readFile("/bin/busybox"));
  pack.entry(
    { name: "Dockerfile" },
    'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "--install", "/bin"]\n',
  );
  pack.finalize();
  return Readable.from([await buffer(pack)]);
}

async function nextSecond(): Promise<void> {
  await delay(1000 - (Date.now() % 1000));
}

/** A smoke of one shell script in the busybox image. */
async function openScript(script: string, limits = "{}") {
  const rig = await openRig();
  await rig.initKeys();
  await rig.writeReceipt(image);
  await rig.write(
    "boot/smoke.yml",
    [
      "image: codex",
      'inputs: ["src/**"]',
      `command: [sh, -c, ${JSON.stringify(script)}]`,
      "outputs: [out]",
      `limits: ${limits}`,
    ].join("\n"),
  );
  return rig;
}

async function runScript(script: string, limits?: string) {
  await using rig = await openScript(script, limits);
  const result = await rig.smoke(engine.run, { nextSecond });
  const verdict = await rig.verify();
  const output = await readTextIfPresent(`${rig.places.outputs}/out`);
  const log = await readFile(rig.places.log, "utf8");
  return { result, verdict, output, log, transcript: existsSync(rig.places.transcript) };
}

describe("a smoke in a real engine", () => {
  it("is sealed: no interface but lo, no address to reach, no writable root, no capability", async () => {
    const probes = [
      "grep -c : /proc/net/dev",
      "echo heard | nc -l -p 8080 >/dev/null & sleep 0.2; nc 127.0.0.1 8080 </dev/null",
      "nc -w 1 240.0.0.1 80 </dev/null 2>&1",
      "touch /etc/x 2>/dev/null || echo read-only",
      "mount -t tmpfs none /tmp 2>/dev/null || echo no mount",
      "grep CapEff /proc/self/status",
      "grep NoNewPrivs /proc/self/status",
      "find . -type f",
    ];
    const { result, output } = await runScript(
      `(${probes.join("; ")}) >/tmp/seen; mv /tmp/seen out`,
    );
    expect(result).toMatchObject({ ok: true });
    expect(output).toBe(
      [
        "1",
        "heard",
        "nc: can't connect to remote host (240.0.0.1): Network is unreachable",
        "read-only",
        "no mount",
        "CapEff:\t0000000000000000",
        "NoNewPrivs:\t1",
        "./src/a.txt",
        "",
      ].join("\n"),
    );
  });

  it("counts what tried to leave the container", async () => {
    const quiet = await runScript("cat src/a.txt >out");
    expect(quiet.result).toMatchObject({ value: { facts: { "network attempts": 0 } } });
    const loud = await runScript("nc -w 1 240.0.0.1 80; echo done >out");
    expect(loud.result).toMatchObject({ value: { facts: { "network attempts": 2 } } });
  });

  it("leaves a transcript that verifies from the disk when the script is reproducible", async () => {
    const { result, verdict, output, log } = await runScript(
      "echo working; tr a-z A-Z <src/a.txt >out",
    );
    expect(result).toMatchObject({ ok: true, value: { cause: "smoke-passed" } });
    expect(verdict).toMatchObject({ ok: true, value: { cause: "transcript-verified" } });
    expect(output).toBe("ALPHA\n");
    expect(log.match(/^working$/gm)).toHaveLength(2);
  });

  it.each(["date", "date +%s", "hostname", "env | sort", "umask", "head -c 8 /dev/urandom"])(
    "names the file into which `%s` leaks, and leaves no transcript",
    async (leak) => {
      const { result, transcript } = await runScript(`mkdir out; echo a >out/a; ${leak} >out/b`);
      expect(result).toMatchObject({
        ok: false,
        failure: { reason: "not-reproducible", file: "out/b", difference: "content" },
      });
      expect(transcript).toBe(false);
    },
  );

  it("tells a failing command, and an output that is not there", async () => {
    const failed = await runScript("echo oh no >&2; exit 9");
    expect(failed.result).toMatchObject({
      failure: { reason: "smoke-command-failed", exitCode: 9, output: ["oh no"] },
    });
    const missing = await runScript("true");
    expect(missing.result).toMatchObject({ failure: { reason: "smoke-output-missing" } });
  });

  it("ends a command that takes too long, or too much memory, and leaves no container", async () => {
    const slow = await runScript("sleep 60", "{ timeoutSeconds: 1 }");
    expect(slow.result).toMatchObject({ failure: { reason: "smoke-timed-out", run: "first" } });
    const fat = await runScript(
      "head -c 90000000 /dev/zero >/tmp/x; echo >out",
      "{ memoryMebibytes: 32 }",
    );
    expect(fat.result).toMatchObject({ ok: false });
    expect(fat.transcript).toBe(false);
    expect(await ownContainers()).toEqual([]);
  });

  it("leaves no container and no transcript when it is stopped", async () => {
    await using rig = await openScript("echo started >&2; sleep 60");
    const stopping = new AbortController();
    const stopWhenStarted: ContainerRunner<unknown> = (container, streams) =>
      engine.run(container, {
        ...streams,
        stderr: async (bytes) => {
          await streams.stderr(bytes);
          stopping.abort();
        },
      });
    const result = await rig.smoke(stopWhenStarted, { signal: stopping.signal });
    expect(result).toMatchObject({ ok: false, failure: { reason: "engine-interrupted" } });
    expect(existsSync(rig.places.transcript)).toBe(false);
    expect(await ownContainers()).toEqual([]);
  });
});

async function ownContainers(): Promise<readonly string[]> {
  const listed = await engine.containers({ "dev.slipway.kind": "smoke" });
  return listed.ok ? listed.value.map(({ id }) => id) : [JSON.stringify(listed.failure)];
}
