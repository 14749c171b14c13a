/**
 * A worker thread that runs the aos WASM. ao-loader replaces `Date.now`, `Math.random` and `console.log` of its whole
 * realm and binds `console.log` for what the module prints: in a thread of its own all that stays inside.
 */
import { parentPort, workerData } from "node:worker_threads";
import AoLoader from "@permaweb/ao-loader";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import { EvaluationRequest, EvaluationResult } from "./evaluation-protocol.ts";
import type { EvaluationReply } from "./evaluation-protocol.ts";
import { compact, pageSizeBytes, restore } from "./sparse-memory.ts";
import type { SparseMemory } from "./sparse-memory.ts";

const format = "wasm32-unknown-emscripten4";
const memoryLimitBytes = 1_073_741_824;

const Resize = z.custom<(sizeBytes: number) => unknown>((value) => typeof value === "function");
const Resizing = z.object({ env: z.object({ emscripten_resize_heap: Resize }) });

const LoaderResult = z
  .object({
    Memory: z.instanceof(ArrayBuffer),
    Error: z.unknown().optional(),
    Output: z.unknown().optional(),
    Messages: z.array(z.unknown()).default([]),
    Spawns: z.array(z.unknown()).default([]),
    Assignments: z.array(z.unknown()).default([]),
    GasUsed: z.number().default(0),
  })
  .transform(({ Memory, GasUsed, ...result }) => ({ memory: Memory, gas: GasUsed, result }));

const wasm = await WebAssembly.compile(z.instanceof(Uint8Array<ArrayBuffer>).parse(workerData));

/** A fresh instance for each message: a result depends on the memory and the message alone. */
async function evaluate(request: EvaluationRequest): Promise<EvaluationReply> {
  const held: Held = { instance: undefined, resize: undefined };
  const handle = await AoLoader(instantiateInto(held), {
    format,
    UNSAFE_MEMORY: true,
    memoryLimit: String(memoryLimitBytes),
    computeLimit: 9e12,
    extensions: [],
  });
  if (request.memory !== undefined) placeMemory(request.memory, held);
  const output = await run(handle, [undefined, request.message, request.environment]);
  return output.ok
    ? replyOf(LoaderResult.parse(output.value), request.isTrial === true)
    : { result: { Error: output.failure } };
}

type Held = {
  instance: WebAssembly.Instance | undefined;
  /** Of the loader's runtime, which must know when its memory grows. */
  resize: ((sizeBytes: number) => unknown) | undefined;
};

/** A trap of the WASM or an abort of its runtime is the message's own failure. */
async function run(
  handle: (...parts: never) => Promise<unknown>,
  parts: readonly unknown[],
): Promise<Result<unknown, string>> {
  try {
    return ok(await Reflect.apply(handle, undefined, parts));
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function instantiateInto(held: Held) {
  return (imports: WebAssembly.Imports, receive: (instance: WebAssembly.Instance) => void) => {
    held.resize = Resizing.parse(imports).env.emscripten_resize_heap;
    const instantiate = async () => {
      held.instance = await WebAssembly.instantiate(wasm, imports);
      receive(held.instance);
    };
    // The loader waits for `receive`; the empty object tells it that the exports come later.
    void instantiate();
    return {};
  };
}

/** Writes the used pages straight into the instance, grown where the memory outgrew it: no 110 MB are copied for 2. */
function placeMemory(memory: SparseMemory, { instance, resize }: Held): void {
  const target = instance?.exports["memory"];
  if (!(target instanceof WebAssembly.Memory)) throw new Error("internal: no memory exported");
  const ownBytes = target.buffer.byteLength;
  const sizeBytes = memory.pageCount * pageSizeBytes;
  if (sizeBytes > ownBytes) resize?.(sizeBytes);
  if (target.buffer.byteLength < sizeBytes) throw new Error("internal: a memory did not grow");
  restore(memory, new Uint8Array(target.buffer), ownBytes);
}

function replyOf(
  { memory, gas, result }: z.output<typeof LoaderResult>,
  isTrial: boolean,
): EvaluationReply {
  const parsed = EvaluationResult.parse(result);
  const isFailed = parsed.Error !== undefined && parsed.Error !== null && parsed.Error !== "";
  if (isFailed) return { result: parsed };
  const { Error: _none, ...withoutError } = parsed;
  return {
    result: EvaluationResult.parse(withoutError),
    ...(isTrial ? {} : { memory: compact(new Uint8Array(memory)) }),
    ...(gas > 0 ? { gas } : {}),
  };
}

async function reply(raw: unknown): Promise<void> {
  parentPort?.postMessage(await evaluate(EvaluationRequest.parse(raw)), []);
}

parentPort?.on("message", (raw: unknown) => {
  // The main thread asks one question at a time and waits for its answer or for the end of this thread.
  void reply(raw);
});
