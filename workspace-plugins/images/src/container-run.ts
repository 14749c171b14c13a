import type { Duplex, Readable } from "node:stream";
import { addAbortSignal } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { findDifference } from "./container.ts";
import type { ContainerSpec, Inspected } from "./container.ts";
import type { EngineFailure } from "./engine-failure.ts";

/** Takes bytes; the container is held back until the promise settles. */
export type Sink = (bytes: Uint8Array) => void | Promise<void>;

export type RunStreams = {
  readonly stdin?: Readable;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** An engine that falls silent ends it within seconds. Not for a person's session, which outlasts a busy machine. */
  readonly watchesEngine?: boolean;
  /** Called once, when the container runs. */
  readonly onStarted?: (container: RunningContainer) => void;
};

/** What can be done to a container while it runs. A container that has just ended refuses. */
export type RunningContainer = {
  /** For one with a terminal. */
  readonly resize: (size: TerminalSize) => Answer<void>;
  /** `SIGTERM`, to its first process. */
  readonly kill: (signal: string) => Answer<void>;
};

export type TerminalSize = { readonly columns: number; readonly rows: number };

export type ContainerExit = {
  readonly exitCode: number;
  readonly oomKilled: boolean;
  readonly durationMs: number;
  /** False: the stream broke off, and what came is only a part. */
  readonly outputIsWhole: boolean;
  readonly inspected: Inspected;
};

/** One container of an engine. Each call has its own time limit and none throws. */
export type CreatedContainer = RunningContainer & {
  readonly inspect: () => Answer<Inspected>;
  readonly attach: () => Answer<Duplex>;
  readonly start: () => Answer<void>;
  readonly wait: (signal: AbortSignal, timeoutMs: number) => Answer<number>;
  /** Kills it first if it runs. */
  readonly remove: (timeoutMs?: number) => Answer<void>;
  readonly ping: () => Answer<void>;
  /** Asks the engine by the clock. Answers when it is silent, or nothing once `settled`. */
  readonly untilLost: (settled: AbortSignal) => Promise<EngineFailure | undefined>;
};

type Answer<Value> = Promise<Result<Value, EngineFailure>>;

/** How long the exit code of a container may be on its way after its stream broke off. */
const graceMs = 2000;
const pingEveryMs = 2000;
/** For an engine that may be back: what it cannot remove now is reaped later. */
const lostMs = 5000;

/** Runs a created container to its end and removes it, whatever happens. */
export async function runContainer(
  container: CreatedContainer,
  spec: ContainerSpec,
  streams: RunStreams,
): Answer<ContainerExit> {
  let exit: Result<ContainerExit, EngineFailure> | undefined;
  try {
    exit = await runToExit(container, spec, streams);
  } finally {
    const isLost = exit?.ok === false && exit.failure.reason === "engine-lost";
    const removed = await container.remove(isLost ? lostMs : undefined);
    if (exit?.ok === true && !removed.ok) exit = removed;
  }
  return exit;
}

async function runToExit(
  container: CreatedContainer,
  spec: ContainerSpec,
  streams: RunStreams,
): Answer<ContainerExit> {
  const asked = await container.inspect();
  if (!asked.ok) return asked;
  const difference = findDifference(spec, asked.value);
  if (difference !== undefined) return fail({ reason: "container-differs", ...difference });
  const attached = await container.attach();
  if (!attached.ok) return attached;
  const stream = attached.value;
  // A stream error is seen by whoever reads or writes; without a listener it would end the process as well.
  stream.on("error", () => undefined);
  const startedAt = performance.now();
  const started = await container.start();
  if (started.ok) streams.onStarted?.(container);
  const ended = started.ok ? await follow(container, stream, spec, streams) : started;
  stream.destroy();
  if (!ended.ok) return ended;
  const durationMs = Math.round(performance.now() - startedAt);
  const inspected = await container.inspect();
  if (!inspected.ok) return inspected;
  return ok({
    ...ended.value,
    oomKilled: inspected.value.State.OOMKilled,
    durationMs,
    inspected: inspected.value,
  });
}

/**
 * Waits for the exit code. An engine that dies ends the stream cleanly and never answers the wait, so each end of
 * the stream is checked: a whole one by asking if the engine is there, a broken one by a short grace.
 */
async function follow(
  container: CreatedContainer,
  stream: Duplex,
  spec: ContainerSpec,
  streams: RunStreams,
): Answer<Pick<ContainerExit, "exitCode" | "outputIsWhole">> {
  const limit = AbortSignal.any([streams.signal, AbortSignal.timeout(streams.timeoutMs)]);
  addAbortSignal(limit, stream);
  const exited = container.wait(streams.signal, streams.timeoutMs);
  const fed = feed(stream, streams.stdin);
  using settled = abortOnDispose();
  const copied = copyOutput(stream, spec.terminal ?? false, streams);
  const first =
    streams.watchesEngine === true
      ? await Promise.race([copied, container.untilLost(settled.signal)])
      : await copied;
  if (typeof first === "object") {
    stream.destroy();
    await Promise.all([copied, fed]);
    return fail(first);
  }
  const outputIsWhole = await copied;
  const exit = await Promise.race([exited, untilLost(container, outputIsWhole, settled.signal)]);
  stream.destroy();
  const broken = await fed;
  if (broken !== undefined && !isStreamEnd(broken)) throw broken;
  return exit.ok ? ok({ exitCode: exit.value, outputIsWhole }) : exit;
}

async function untilLost(
  container: CreatedContainer,
  outputIsWhole: boolean,
  settled: AbortSignal,
): Answer<never> {
  const detail = outputIsWhole ? "no answer to a ping" : "the container's stream broke off";
  const lost = { reason: "engine-lost", operation: "run", detail } as const;
  if (!outputIsWhole) {
    await pause(graceMs, settled);
    return fail(lost);
  }
  while (!settled.aborted) {
    const answer = await container.ping();
    if (!answer.ok) return fail(lost);
    await pause(pingEveryMs, settled);
  }
  return fail(lost);
}

/** Writes standard input and closes it. A program may end without reading all of it, so a refused write is no failure. */
async function feed(stream: Duplex, stdin: Readable | undefined): Promise<Error | undefined> {
  if (stdin === undefined) {
    stream.end();
    return undefined;
  }
  try {
    await pipeline(stdin, stream);
    return undefined;
  } catch {
    return stdin.errored ?? undefined;
  }
}

/** False when the stream broke off, also in the middle of a frame. */
async function copyOutput(
  stream: Duplex,
  terminal: boolean,
  streams: RunStreams,
): Promise<boolean> {
  try {
    const frames = terminal ? plainFrames(stream) : framesOf(stream);
    for await (const frame of frames) {
      await (frame.channel === "stderr" ? streams.stderr : streams.stdout)(frame.bytes);
    }
    return true;
  } catch (error) {
    if (isStreamEnd(error)) return false;
    throw error;
  }
}

type Frame = { readonly channel: "stdout" | "stderr"; readonly bytes: Uint8Array };

class BrokenFrame extends Error {}

/** The engine's multiplexed stream: 8 bytes of header (channel, three zeros, length as 32 bits), then the bytes. */
export async function* framesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let header = Buffer.alloc(0);
  let channel: Frame["channel"] = "stdout";
  let left = 0;
  for await (const chunk of stream) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    while (rest.length > 0) {
      if (left === 0) {
        const wanted = 8 - header.length;
        header = Buffer.concat([header, rest.subarray(0, wanted)]);
        rest = rest.subarray(wanted);
        if (header.length < 8) continue;
        channel = header[0] === 2 ? "stderr" : "stdout";
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
        continue;
      }
      const bytes = rest.subarray(0, left);
      rest = rest.subarray(bytes.length);
      left -= bytes.length;
      yield { channel, bytes };
    }
  }
  if (left > 0 || header.length > 0) throw new BrokenFrame("the stream ended inside a frame");
}

async function* plainFrames(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  for await (const bytes of stream) yield { channel: "stdout", bytes };
}

function isStreamEnd(error: unknown): boolean {
  if (error instanceof BrokenFrame) return true;
  return error instanceof Error && (error.name === "AbortError" || "code" in error);
}

async function pause(ms: number, settled: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal: settled });
  } catch (error) {
    if (!settled.aborted) throw error;
  }
}

function abortOnDispose(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  return { signal: controller.signal, [Symbol.dispose]: () => controller.abort() };
}
