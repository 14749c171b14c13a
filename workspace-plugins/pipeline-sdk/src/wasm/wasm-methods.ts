import { Worker } from "node:worker_threads";
import { fromBinary } from "@bufbuild/protobuf";
import {
  DetectRequestSchema,
  HelloSchema,
  PlanRequestSchema,
  Plugin,
} from "../generated/slipway/pipelines/v1/plugin_pb.js";
import { Refusal, largestMessageBytes, statuses } from "../grpc-server.ts";
import type { UnaryMethod } from "../grpc-server.ts";
import type { WasmAnswered, WasmAsked } from "./protocol.ts";

/** Threads at once; each may have as much memory as the process lets a module have. */
const mostThreads = 2;

/** Of the JavaScript around the module. Its own memory is limited by a flag of the process. */
const resourceLimits = {
  maxOldGenerationSizeMb: 128,
  maxYoungGenerationSizeMb: 16,
  stackSizeMb: 4,
};

/** By this a module says that it does not have the method. */
const unimplementedCode = 12;

/** Every method of the protocol, each call by a thread and an instance of its own, which end with it. */
export function wasmMethods(
  module: WebAssembly.Module,
  root: string,
): ReadonlyMap<string, UnaryMethod> {
  const inTurn = takeTurns(mostThreads);
  // A run remembers nothing of the one before.
  const kept = { settings: "" };
  return new Map(
    Object.values(Plugin.method).map(({ name }) => [
      `/${Plugin.typeName}/${name}`,
      async (request, signal) =>
        inTurn(async () => {
          signal.throwIfAborted();
          if (name === Plugin.method.handshake.name) {
            kept.settings = fromBinary(HelloSchema, request).settings;
          }
          const files = filesOf(name, request);
          const largestAnswerBytes = largestMessageBytes;
          const asked = { module, method: name, request, ...kept, files, root, largestAnswerBytes };
          return readAnswer(await askThread(asked, signal));
        }),
    ]),
  );
}

/** A call sees the files that its request names. */
function filesOf(method: string, request: Uint8Array): readonly string[] {
  const { detect, plan } = Plugin.method;
  const repository =
    method === detect.name
      ? fromBinary(DetectRequestSchema, request).repository
      : method === plan.name
        ? fromBinary(PlanRequestSchema, request).repository
        : undefined;
  return (repository?.files ?? []).map((file) => file.path);
}

async function askThread(asked: WasmAsked, signal: AbortSignal): Promise<WasmAnswered> {
  const thread = new Worker(new URL("wasm-call.ts", import.meta.url), { env: {}, resourceLimits });
  const { promise, resolve, reject } = Promise.withResolvers<WasmAnswered>();
  const stop = (): void => reject(new Error("the call was taken back"));
  signal.addEventListener("abort", stop, { once: true });
  thread
    .once("message", resolve)
    .once("error", reject)
    .once("exit", () => reject(new Error("the thread ended without an answer")));
  thread.postMessage(asked, []);
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", stop);
    await thread.terminate();
  }
}

function readAnswer({ code, answer, log }: WasmAnswered): Uint8Array {
  process.stderr.write(log);
  if (code === 0) return answer;
  if (code === unimplementedCode) throw new Refusal(statuses.unimplemented, "no such method");
  const said = log.trimEnd().split("\n").at(-1);
  throw new Refusal(statuses.internal, said || `it ended with ${code}`);
}

function takeTurns(most: number) {
  const waiting: (() => void)[] = [];
  const state = { running: 0 };
  return async <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (state.running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    state.running += 1;
    try {
      return await work();
    } finally {
      state.running -= 1;
      waiting.shift()?.();
    }
  };
}
