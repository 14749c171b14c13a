import { spawn } from "node:child_process";
import { writeSync } from "node:fs";
import { performServerHandshake } from "node:http2";
import { Duplex } from "node:stream";
import { create, toBinary } from "@bufbuild/protobuf";
import { servePlugin } from "@slipway/pipeline-sdk";
import { Hook, PluginInfoSchema } from "@slipway/pipeline-sdk/protocol";

const standardOutput = 1;

/** A plugin that does the one thing wrong that its argument names. */
const modes: Readonly<Record<string, () => void>> = {
  silent: () => process.stdin.resume(),
  "text-before": () => {
    writeSync(standardOutput, "starting up\n");
    process.stdin.resume();
  },
  "text-after": () =>
    serve(async () => {
      writeSync(standardOutput, "hello from a library\n");
    }),
  "gives-up-at-once": () => {
    process.stderr.write("there is no licence\n");
    process.exit(7);
  },
  "gives-up-in-call": () =>
    serve(async () => {
      process.stderr.write("the disk is full\n");
      process.exit(3);
    }),
  "leaves-a-process-and-ends": () =>
    serve(async () => {
      spawn(process.execPath, ["-e", "setInterval(() => {}, 60_000)"], { stdio: "inherit" });
      process.exit(4);
    }),
  "is-killed": () => serve(async () => void process.kill(process.pid, "SIGKILL")),
  throws: () =>
    serve(async () => {
      throw new Error("no Gemfile at 50% of the folders");
    }),
  "never-answers": () => serve(async () => new Promise(() => {})),
  huge: () => answerRaw(Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1]), "0"),
  "cut-off": () => answerRaw(Buffer.from([0, 0, 0, 0, 0]), undefined),
  "other-protocol": () =>
    answerRaw(framed({ name: "lang/odd", version: "1.0.0", protocol: 7 }), "0"),
  "odd-names": () =>
    answerRaw(framed({ name: "Odd", protocol: 1, capabilities: ["odd", "lang:ruby"] }), "0"),
  "any-protocol": () =>
    answerRaw(
      framed({ name: "lang/odd", version: "1.0.0", protocol: 1, hooks: [Hook.DETECT] }),
      "0",
    ),
  "no-message": () => answerRaw(Buffer.from([0, 0, 0, 0, 2, 0xff, 0xff]), "0"),
  garbage: () => {
    writeSync(standardOutput, Buffer.from([0, 0, 1, 0, 0, 0, 0, 0, 0, 9]));
    process.stdin.resume();
  },
  "ignores-sigterm": () => {
    process.on("SIGTERM", () => {});
    setInterval(() => {}, 60_000);
    process.stderr.write("I stay\n");
  },
  "leaves-a-process": () =>
    serve(async () => {
      const script = "process.on('SIGTERM', () => {}); setInterval(() => {}, 60_000)";
      const left = spawn(process.execPath, ["-e", script], { stdio: "inherit" });
      return { facts: { pid: String(left.pid) } };
    }),
  environment: () => serve(async () => ({ signals: Object.keys(process.env).toSorted() })),
};

type Answered = { readonly facts?: Record<string, string>; readonly signals?: string[] };

function serve(detect: () => Promise<Answered | void>): void {
  servePlugin({
    name: "lang/odd",
    version: "1.0.0",
    capabilities: ["lang:odd"],
    hooks: { detect: async () => (await detect()) ?? {} },
  });
}

function framed(info: Parameters<typeof create<typeof PluginInfoSchema>>[1]): Buffer {
  const bytes = toBinary(PluginInfoSchema, create(PluginInfoSchema, info));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** To every call, whatever it asks. */
function answerRaw(body: Buffer, status: string | undefined): void {
  const streams = new Duplex({
    read: () => {},
    write: (chunk: Uint8Array, _encoding, done) => {
      process.stdout.write(chunk, done);
    },
  });
  process.stdin.on("data", (chunk) => streams.push(chunk)).once("end", () => process.exit());
  performServerHandshake(streams).on("stream", (stream) => {
    if (stream.destroyed) return;
    stream.respond({ "content-type": "application/grpc" }, { waitForTrailers: true });
    stream
      .on("error", () => {})
      .once("wantTrailers", () => {
        if (status === undefined || stream.closed) stream.close();
        else stream.sendTrailers({ "grpc-status": status });
      });
    stream.end(body);
  });
}

modes[process.argv[2] ?? ""]?.();
