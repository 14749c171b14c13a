import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { openRegistry } from "@slipway/registry";
import { startRegistryRig } from "@slipway/registry/rig";
import { digestOf, ok } from "@slipway/signature";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { engines } from "../test/engines.ts";
import { openImagesRig, valueOf } from "../test/rig.ts";
import { packMembers } from "./archive.ts";
import type { ContainerSpec, ImageId } from "./container.ts";
import type { RunStreams } from "./container-run.ts";
import { openEngine } from "./engine.ts";
import type { BuildRequest, Engine } from "./engine-port.ts";
import { pushImage } from "./push.ts";

const signal = new AbortController().signal;
const dockerfile =
  'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "--install", "/bin"]\n';
const testLabel = { "dev.slipway.test": "engine" };

/** Of every process of this machine, as it has it: words that end with a zero. */
async function runningCommands(): Promise<string> {
  const processes = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  const read = async (id: string) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "");
  return (await Promise.all(processes.map(read))).join("\n");
}

for (const { name, title, start, absent } of engines)
  describe.skipIf(absent !== undefined)(`with ${title}`, () => {
    let server: Awaited<ReturnType<typeof start>>;
    let engine: Engine;
    let folder: string;
    let image: ImageId;
    const asked: string[] = [];
    const lines: string[] = [];

    beforeAll(async () => {
      server = await start();
      const opened = await openEngine({
        ...server,
        counted: (question) => asked.push(question),
        signal,
      });
      if (!opened.ok)
        throw new Error(`this test needs an engine: ${JSON.stringify(opened.failure)}`);
      engine = opened.value;
      folder = await mkdtemp(path.join(os.tmpdir(), "slipway-engine-"));
      const built = await build(`${dockerfile}RUN echo from the build; echo and more >&2\n`, {
        tag: "slipway-test/engine:own",
        onLine: (line) => lines.push(line),
      });
      if (!built.ok) throw new Error(JSON.stringify(built.failure));
      image = built.value;
    });

    afterAll(async () => {
      await engine.removeImage(image, { force: true });
      engine[Symbol.dispose]();
      await server[Symbol.asyncDispose]?.();
      await rm(folder, { recursive: true, force: true });
    });

    async function build(text: string, options: Partial<BuildRequest> = {}) {
      const context = packMembers([
        { name: "busybox", executable: true, bytes: await readFile("/bin/busybox") },
        { name: "Dockerfile", bytes: Buffer.from(text) },
      ]);
      return engine.build({
        context: Readable.from([await buffer(context)]),
        dockerfile: "Dockerfile",
        buildArgs: {},
        labels: testLabel,
        networkMode: "none",
        noCache: true,
        logFile: path.join(folder, "build.txt"),
        signal,
        timeoutMs: 60_000,
        ...options,
      });
    }

    async function run(
      script: string,
      spec: Partial<ContainerSpec> = {},
      streams: Partial<RunStreams> = {},
    ) {
      const written = { stdout: "", stderr: "" };
      const exit = await engine.run(
        {
          image,
          command: ["/bin/sh", "-c", script],
          environment: {},
          network: "none",
          readOnlyRoot: true,
          dropCapabilities: ["ALL"],
          noNewPrivileges: true,
          temporaryFolders: {},
          mounts: [],
          labels: testLabel,
          ...spec,
        },
        {
          stdout: (bytes) => void (written.stdout += Buffer.from(bytes).toString()),
          stderr: (bytes) => void (written.stderr += Buffer.from(bytes).toString()),
          signal,
          timeoutMs: 30_000,
          ...streams,
        },
      );
      const containers = await engine.containers(testLabel);
      expect(containers).toEqual({ ok: true, value: [] });
      return { ...written, exit };
    }

    describe("build", () => {
      it("logs the steps and what they wrote, as text", async () => {
        const log = await readFile(path.join(folder, "build.txt"), "utf8");
        expect(log.split("\n")).toEqual(
          expect.arrayContaining([
            expect.stringMatching(/^=> \[\d\/\d\] COPY busybox \/bin\/busybox$/),
            expect.stringMatching(/^=> \[\d\/\d\] RUN echo from the build; echo and more >&2$/),
            "from the build",
            "and more",
          ]),
        );
        expect(lines).toEqual(log.trimEnd().split("\n"));
      });

      it("answers with the id of its own image, tagged or not", async () => {
        const tagged = await engine.image("slipway-test/engine:own");
        expect(tagged).toMatchObject({ ok: true, value: { id: image, labels: testLabel } });
        const untagged = await build(dockerfile);
        const found = untagged.ok ? await engine.image(untagged.value) : untagged;
        expect(found).toMatchObject({ ok: true, value: { tags: [], labels: testLabel } });
        if (untagged.ok) await engine.removeImage(untagged.value);
      });

      it("fails with the engine's words when a step fails, and when there is no such Dockerfile", async () => {
        expect(await build(`${dockerfile}RUN exit 3\n`)).toMatchObject({
          failure: {
            reason: "build-failed",
            detail: expect.stringMatching(/exit (code:|status) 3/) as string,
          },
        });
        expect(await build(dockerfile, { dockerfile: "Nofile" })).toMatchObject({
          failure: { reason: "build-failed", detail: expect.stringContaining("Nofile") as string },
        });
      });

      it("stops when it is told to, or when its time is over", async () => {
        // No other engine's step, and no other test's.
        const sleep = ["sleep", name === "Docker" ? "31.25" : "9.25"] as const;
        const slow = `${dockerfile}RUN ${sleep.join(" ")}\n`;
        const isSleeping = async (): Promise<boolean> =>
          (await runningCommands()).includes(sleep.join("\u0000"));
        const stop = new AbortController();
        const stopped = build(slow, { signal: stop.signal });
        await vi.waitUntil(isSleeping, 30_000);
        stop.abort();
        expect(await stopped).toEqual({
          ok: false,
          failure: { reason: "engine-interrupted", operation: "build" },
        });
        // Podman 4.3 lets a step that runs come to its own end.
        if (name === "Docker") {
          await vi.waitUntil(async () => !(await isSleeping()), 10_000);
        }
        expect(await build(slow, { timeoutMs: 800 })).toMatchObject({
          failure: { reason: "engine-timeout", operation: "build", timeoutMs: 800 },
        });
      });
    });

    describe("images", () => {
      it("come back the same from save and load", async () => {
        await engine.tag(image, "slipway-test/engine", "saved");
        const saved = await engine.save("slipway-test/engine:saved", signal);
        if (!saved.ok) throw new Error(JSON.stringify(saved.failure));
        const archive = await buffer(saved.value);
        const loaded = await engine.load(Readable.from([archive]), signal);
        expect(loaded).toEqual({ ok: true, value: ["slipway-test/engine:saved"] });
        const listed = await engine.images();
        const tags = listed.ok ? listed.value.find(({ id }) => id === image)?.tags : undefined;
        expect(tags).toEqual(["slipway-test/engine:own", "slipway-test/engine:saved"]);
        await engine.removeImage("slipway-test/engine:saved");
      });

      it("are listed in one request", async () => {
        const before = asked.length;
        await engine.images();
        expect(asked.slice(before)).toEqual(["list images"]);
      });

      it("that are not there are no failure to ask for", async () => {
        expect(await engine.image("slipway-test/none:1")).toEqual({ ok: true, value: undefined });
      });

      it("are not loaded from garbage, though the engine answers 200", async () => {
        expect(await engine.load(Readable.from([Buffer.from("garbage")]), signal)).toMatchObject({
          failure: { reason: "engine-refused", operation: "load" },
        });
      });

      it("are pulled by digest from a registry on loopback, and have the id of their config", async () => {
        await using registry = await startRegistryRig();
        await using rig = await openImagesRig();
        const laidOut = await rig.layOut("pulled", { layers: [{ "etc/os": name }] });
        const receipt = { ...valueOf(laidOut), reference: `${registry.host}/pulled:1` };
        const stored = { workspaceRoot: rig.root, folder: "pulled", receipt, target: "" };
        const pushed = await pushImage(openRegistry({ counted: () => undefined }), stored);
        expect(pushed).toMatchObject({ ok: true });
        const reference = `${registry.host}/pulled@${receipt.manifestDigest}`;
        const request = { signal, timeoutMs: 20_000, progress: () => undefined };
        expect(await engine.pull(reference, request)).toEqual(ok(receipt.imageId));
        await engine.removeImage(receipt.imageId, { force: true });
      });

      it("are not pulled from where nobody listens", async () => {
        const request = { signal, timeoutMs: 10_000, progress: () => undefined };
        expect(await engine.pull("127.0.0.1:1/a/b:1", request)).toMatchObject({
          failure: { reason: "engine-refused", operation: "pull" },
        });
      });
    });

    describe("run", () => {
      it("carries input in, both outputs out, and the exit code", async () => {
        const stdin = Readable.from([Buffer.alloc(5_000_000, "a"), Buffer.alloc(5_000_000, "b")]);
        const { stdout, stderr, exit } = await run(
          "wc -c; echo to stderr >&2; exit 4",
          {},
          { stdin },
        );
        expect(stdout).toBe("10000000\n");
        expect(stderr).toBe("to stderr\n");
        expect(exit).toMatchObject({
          value: { exitCode: 4, outputIsWhole: true, oomKilled: false },
        });
      });

      it("brings every byte of a large output", async () => {
        let sizeBytes = 0;
        const stdout = (bytes: Uint8Array): void => void (sizeBytes += bytes.byteLength);
        const { exit } = await run("head -c 20000000 /dev/zero", {}, { stdout });
        expect(exit).toMatchObject({ ok: true, value: { outputIsWhole: true } });
        expect(sizeBytes).toBe(20_000_000);
      });

      it("does not mind a program that does not read its input", async () => {
        const stdin = Readable.from([Buffer.alloc(30_000_000)]);
        expect((await run("exit 0", {}, { stdin })).exit).toMatchObject({ value: { exitCode: 0 } });
      });

      it("ends and removes a container when its time is over, and when it is stopped", async () => {
        expect((await run("sleep 60", {}, { timeoutMs: 500 })).exit).toEqual({
          ok: false,
          failure: { reason: "engine-timeout", operation: "run", timeoutMs: 500 },
        });
        const stopped = await run("sleep 60", {}, { signal: AbortSignal.timeout(500) });
        expect(stopped.exit).toEqual({
          ok: false,
          failure: { reason: "engine-interrupted", operation: "run" },
        });
      });

      it("removes the container of a command that does not exist, and of an unknown image", async () => {
        expect((await run("", { command: ["/nope"] })).exit).toMatchObject({
          // Podman makes the process when its streams are attached.
          failure: {
            reason: "engine-refused",
            operation: expect.stringMatching(/^(start|attach)$/) as string,
            detail: expect.stringContaining("/nope") as string,
          },
        });
        expect((await run("", { image: digestOf("no image") })).exit).toMatchObject({
          failure: { reason: "engine-refused", operation: "create", status: 404 },
        });
      });

      it("tells that a child was killed for its memory, though the shell ended well", async () => {
        const { stdout, exit } = await run("tail -c 100000000 /dev/zero; echo $?; sleep 1", {
          memoryBytes: 16 * 2 ** 20,
        });
        expect(stdout).toBe("137\n");
        // Podman 4.3 tells only of the container's first process.
        expect(exit).toMatchObject({ value: { exitCode: 0, oomKilled: name === "Docker" } });
      });

      it("gives a terminal the size that it is told, and the container a signal", async () => {
        const script = "trap 'stty size; exit 7' TERM; echo ready; while :; do sleep 0.1; done";
        const ready = Promise.withResolvers<void>();
        let output = "";
        const { exit } = await run(
          script,
          { terminal: true, init: false },
          {
            stdin: new PassThrough(),
            stdout: (bytes) => {
              output += Buffer.from(bytes).toString();
              if (output.includes("ready")) ready.resolve();
            },
            onStarted: (container) =>
              void ready.promise
                .then(async () => container.resize({ columns: 93, rows: 31 }))
                .then(async () => container.kill("SIGTERM")),
          },
        );
        expect(exit).toMatchObject({ ok: true, value: { exitCode: 7 } });
        expect(output).toContain("31 93");
      });

      it("does not detach from a terminal by keys that are typed", async () => {
        const stdin = new PassThrough();
        const typed = Promise.withResolvers<void>();
        let output = "";
        const ended = run(
          "stty raw -echo; echo ready; head -c 2 | od -An -tx1",
          { terminal: true },
          {
            stdin,
            stdout: (bytes) => {
              output += Buffer.from(bytes).toString();
              if (output.includes("ready")) typed.resolve();
            },
          },
        );
        await typed.promise;
        stdin.write("\u0010");
        // Keys that come in one piece are text to the engine.
        await delay(100);
        stdin.write("\u0011");
        expect((await ended).exit).toMatchObject({ ok: true, value: { exitCode: 0 } });
        expect(output).toContain("10 11");
      });

      it("passes signals on where the engine's own first process is asked for", async () => {
        const ready = Promise.withResolvers<void>();
        const { exit } = await run(
          "echo ready; exec sleep 60",
          { init: true },
          {
            stdout: () => ready.resolve(),
            onStarted: (container) =>
              // Before it has made ready for signals, a first process gets none.
              void ready.promise.then(async () => container.kill("SIGTERM")),
          },
        );
        expect(exit).toMatchObject({ ok: true, value: { exitCode: 143 } });
      });

      it("leaves a living process's container to it, and reaps that of a killed one", async () => {
        const module = path.join(import.meta.dirname, "engine.ts");
        const script = path.join(folder, "orphan.ts");
        const spec = {
          image,
          command: ["/bin/sh", "-c", "echo running; sleep 60"],
          environment: {},
          network: "none",
          readOnlyRoot: true,
          dropCapabilities: [],
          noNewPrivileges: true,
          temporaryFolders: {},
          mounts: [],
          labels: { "dev.slipway.test": "orphan" },
        };
        await writeFile(
          script,
          `import { openEngine } from ${JSON.stringify(module)};
      const signal = new AbortController().signal;
      const { value: engine } = await openEngine({ ...${JSON.stringify({ host: server.host })}, counted() {}, signal });
      const say = (bytes) => void process.stdout.write(bytes);
      await engine.run(${JSON.stringify(spec)}, { stdout: say, stderr: say, signal, timeoutMs: 60000 });`,
        );
        const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
        await once(child.stdout, "data");
        const orphans = (): ReturnType<Engine["containers"]> => engine.containers(spec.labels);
        await engine.reap();
        expect(await orphans()).toMatchObject({ value: [{}] });
        child.kill("SIGKILL");
        await once(child, "close");
        expect(await engine.reap()).toMatchObject({ ok: true });
        expect(await orphans()).toEqual({ ok: true, value: [] });
      });
    });

    describe("openEngine", () => {
      it("tells where it looked when there is no engine", async () => {
        const host = `unix://${path.join(folder, "nobody.sock")}`;
        expect(await openEngine({ host, counted: () => undefined, signal })).toMatchObject({
          ok: false,
          failure: { reason: "engine-absent", endpoint: host },
        });
      });
    });
  });
