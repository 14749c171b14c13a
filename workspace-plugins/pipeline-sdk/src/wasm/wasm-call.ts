import { lstatSync, openSync } from "node:fs";
import path from "node:path";
import { WASI } from "node:wasi";
import { parentPort } from "node:worker_threads";
import { guardWasi } from "./guarded-wasi.ts";
import type { WasmAnswered, WasmAsked } from "./protocol.ts";

const keptLogBytes = 64 * 1024;

// The thread of one call: it makes an instance of its own, and ends with its answer or its error.
const { promise: asked, resolve } = Promise.withResolvers<WasmAsked>();
parentPort?.once("message", resolve);
parentPort?.postMessage(await runCall(await asked), []);

async function runCall({
  module,
  method,
  root,
  settings,
  ...call
}: WasmAsked): Promise<WasmAnswered> {
  const nothing = openSync("/dev/null", "r+");
  const wasi = new WASI({
    version: "preview1",
    args: ["plugin", method],
    env: { PWD: "/", SLIPWAY_SETTINGS: settings },
    preopens: { "/": root },
    stdin: nothing,
    stdout: nothing,
    stderr: nothing,
    returnOnExit: true,
  });
  const made: { memory?: WebAssembly.Memory } = {};
  const log = { text: "" };
  const guarded = guardWasi(wasi.wasiImport, () => made.memory?.buffer ?? new ArrayBuffer(0), {
    ...call,
    isLink: (place) =>
      lstatSync(path.join(root, place), { throwIfNoEntry: false })?.isSymbolicLink() === true,
    log: (bytes) => {
      log.text = `${log.text}${Buffer.from(bytes).toString("utf8")}`.slice(-keptLogBytes);
    },
  });
  const instance = await WebAssembly.instantiate(module, {
    wasi_snapshot_preview1: guarded.imports,
  });
  const { memory } = instance.exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error("it exports no memory");
  made.memory = memory;
  const code = wasi.start(instance);
  return { code, answer: guarded.answer(), log: log.text };
}
