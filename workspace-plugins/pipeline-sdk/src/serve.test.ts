import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:http2";
import type { IncomingHttpHeaders } from "node:http2";
import path from "node:path";
import { Duplex } from "node:stream";
import type { Readable, Writable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { create, fromBinary, toBinary, toJson } from "@bufbuild/protobuf";
import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Plugin } from "./generated/slipway/pipelines/v1/plugin_pb.js";

const greeter = path.join(import.meta.dirname, "../test/greeter.ts");

function startGreeter(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [greeter], { env, stdio: ["pipe", "pipe", "pipe"] });
  const said = text(child.stderr);
  return { child, said, ended: once(child, "close") as Promise<[number | null, string | null]> };
}

function joined({ stdin, stdout }: ChildProcessByStdio<Writable, Readable, Readable>): Duplex {
  const streams = new Duplex({
    read: () => {},
    write: (chunk, _encoding, done) => {
      stdin.write(chunk, done);
    },
  });
  stdout.on("data", (chunk) => streams.push(chunk));
  return streams;
}

/** One unary call as the specification of gRPC over HTTP/2 has it. */
async function openGreeter() {
  const { child, said, ended } = startGreeter({ SLIPWAY_PLUGIN_COOKIE: "1" });
  const session = connect("http://plugin", {
    createConnection: () => joined(child),
  });
  const call = async <Input extends DescMessage, Output extends DescMessage>(
    method: { readonly name: string; readonly input: Input; readonly output: Output },
    request: MessageInitShape<Input>,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const stream = session.request({
      ":method": "POST",
      ":path": `/${Plugin.typeName}/${method.name}`,
      "content-type": "application/grpc+proto",
      te: "trailers",
      ...headers,
    });
    const told: IncomingHttpHeaders[] = [];
    stream.on("response", (each) => told.push(each)).on("trailers", (each) => told.push(each));
    const bytes = toBinary(method.input, create(method.input, request));
    const head = Buffer.alloc(5);
    head.writeUInt32BE(bytes.length, 1);
    stream.end(Buffer.concat([head, bytes]));
    const body = await buffer(stream);
    const { "grpc-status": status, "grpc-message": message } = told.reduce((all, each) => ({
      ...all,
      ...each,
    }));
    const answer = toJson(method.output, fromBinary(method.output, body.subarray(5)));
    return status === "0" ? { status, answer } : { status, answer, message };
  };
  return {
    call,
    end: async () => {
      session.destroy();
      child.stdin.end();
      const [code] = await ended;
      return { code, said: await said };
    },
  };
}

test("a plugin that a person starts says what it is, and ends with 1", async () => {
  const { said, ended } = startGreeter({});
  expect(await said).toBe(
    "lang/greeter 1.2.3 is a plugin of slipway, which starts it by itself and talks to it on its standard input and output. Name it in cig.toml, or try it with: slipway ci plugin test <this program>\n",
  );
  expect(await ended).toEqual([1, null]);
});

test("a handshake answers with the definition and the protocol that both speak", async () => {
  const { call, end } = await openGreeter();
  const info = {
    name: "lang/greeter",
    version: "1.2.3",
    capabilities: ["lang:greeter"],
    hooks: ["HOOK_DETECT"],
    protocolMin: 1,
    protocolMax: 1,
  };
  expect(await call(Plugin.method.handshake, { protocolMin: 1, protocolMax: 9 })).toEqual({
    status: "0",
    answer: { ...info, protocol: 1 },
  });
  expect(await call(Plugin.method.handshake, { protocolMin: 2, protocolMax: 9 })).toEqual({
    status: "0",
    answer: info,
  });
  expect(await end()).toEqual({ code: 0, said: "" });
});

test("a hook answers, what it prints is log, and what it throws is the status of the call", async () => {
  const { call, end } = await openGreeter();
  const { detect, plan } = Plugin.method;
  expect(await call(detect, { repository: { root: "here" } })).toEqual({
    status: "0",
    answer: { signals: ["here"], confidence: 1 },
  });
  expect(await call(detect, { repository: { root: "broken" } })).toEqual({
    status: "13",
    message: "there%20is%20no%20greeting%20here",
    answer: {},
  });
  expect(await call(plan, {})).toMatchObject({ status: "12", answer: {} });
  const { code, said } = await end();
  expect(code).toBe(0);
  expect(said.split("\n").slice(0, 3)).toEqual([
    "looking at here",
    "looking at broken",
    "Error: there is no greeting here",
  ]);
});

test("a hook hears that its deadline has passed", async () => {
  const { call, end } = await openGreeter();
  const late = await call(
    Plugin.method.detect,
    { repository: { root: "slow" } },
    { "grpc-timeout": "50m" },
  );
  expect(late).toMatchObject({ status: "4", answer: {} });
  expect(await end()).toEqual({ code: 0, said: "looking at slow\ntaken back\n" });
});
