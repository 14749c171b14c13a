import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { homedir } from "node:os";
import path from "node:path";
import { Duplex } from "node:stream";
import type { Readable, Writable } from "node:stream";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { Plugin as Service } from "@slipway/pipeline-sdk/protocol";
import { digestOf, fail, hexOf, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { endGroup } from "@slipway/signature/process-group";
import { guardFrames } from "./frame-guard.ts";
import { callUnary, largestMessageBytes, openSession } from "./grpc-client.ts";
import type { CallFailure } from "./grpc-client.ts";
import type { PluginFailure } from "./plugin-failure.ts";

export type PluginProgram = {
  /** For people, until it has told its name. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** A program and its arguments that run this one. */
  readonly within?: readonly [string, ...(readonly string[])];
};

/** A call of the protocol, as the generated code has it. */
export type PluginMethod<Input extends DescMessage, Output extends DescMessage> = {
  readonly name: string;
  readonly input: Input;
  readonly output: Output;
};

export type CallLimits = { readonly limitMs: number; readonly signal?: AbortSignal };

/** How a program ended: by a code or by a signal. */
export type PluginEnd = { readonly code: number | undefined; readonly signal: string | undefined };

/** Ends with `await using`, and all that it started with it. */
export type Plugin = AsyncDisposable & {
  readonly name: string;
  readonly call: <Input extends DescMessage, Output extends DescMessage>(
    method: PluginMethod<Input, Output>,
    request: MessageInitShape<Input>,
    limits: CallLimits,
  ) => Promise<Result<MessageShape<Output>, PluginFailure>>;
  /** Its input is closed; answers how it ended by itself, or not at all within the limit. */
  readonly finish: () => Promise<PluginEnd | undefined>;
  readonly log: () => readonly string[];
};

/** What a plugin sees of our environment. */
const passedOn = ["PATH", "LANG", "LC_ALL", "TMPDIR", "TZ"];

/** After the end of its input, and again after SIGTERM. */
const graceMs = 2000;

const keptLogBytes = 16 * 1024;
const toldLogLines = 20;
const toldStrayBytes = 200;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** What ends each plugin. One listener for all: of more than ten Node warns. */
const running = new Set<() => void>();

function endRunning(): void {
  for (const endAll of running) endAll();
}

/** Starts without a word: the first call tells whether there is a plugin. */
export function startPlugin(
  program: PluginProgram,
  cookie: Readonly<Record<string, string>> = { SLIPWAY_PLUGIN_COOKIE: "slipway" },
): Plugin {
  const { name, file } = program;
  const spawned = spawnProgram(program, cookie);
  if (!spawned.ok) return notStarted(program, spawned.failure);
  const child = spawned.value;
  const log = keepLog(child.stderr);
  const seen: { startError?: string; stray?: string; isOutputOver: boolean } = {
    isOutputOver: false,
  };
  const endAll = (): void => endGroup(child.pid);
  const ended = new Promise<PluginEnd>((resolve) => {
    child.once("exit", (code, signal) => {
      // What it leaves behind would keep its output open, and the call would wait for nobody.
      endAll();
      resolve({ code: code ?? undefined, signal: signal ?? undefined });
    });
    child.once("error", (error) => {
      seen.startError = error.message;
      resolve({ code: undefined, signal: undefined });
    });
  });
  running.add(endAll);
  if (running.size === 1) process.once("exit", endRunning);
  const streams = joinStreams(child, {
    stray: (text) => {
      // What follows it is no frame either.
      seen.stray ??= text;
    },
    over: () => {
      seen.isOutputOver = true;
    },
  });
  const session = openSession(streams);
  // Each call tells of its own end.
  session.on("error", () => {});

  const explain = async (failure: CallFailure, during: string, limitMs: number) => {
    // The log and the code of a plugin that ends arrive after its streams do.
    const end = seen.isOutputOver ? await within(ended, graceMs) : undefined;
    await within(log.over, end === undefined ? 0 : graceMs);
    const told = { plugin: name, log: log.lines() };
    if (seen.startError !== undefined) {
      const detail = seen.startError;
      return { reason: "plugin-not-started", program: file, detail, ...told } as const;
    }
    if (seen.stray !== undefined) {
      return { reason: "plugin-output-stray", during, text: seen.stray, ...told } as const;
    }
    if (end !== undefined && failure.reason === "broken") {
      return { reason: "plugin-ended", during, ...end, ...told } as const;
    }
    return { ...inWords(failure, during, limitMs), ...told };
  };

  return {
    name,
    log: log.lines,
    call: async ({ name: during, input, output }, request, limits) => {
      const bytes = toBinary(input, create(input, request));
      const method = `/${Service.typeName}/${during}`;
      const answer = await callUnary(session, { path: method, bytes, ...limits });
      if (!answer.ok) return fail(await explain(answer.failure, during, limits.limitMs));
      try {
        return ok(fromBinary(output, answer.value));
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error);
        return fail(await explain({ reason: "broken", detail }, during, limits.limitMs));
      }
    },
    finish: async () => {
      child.stdin.end();
      return within(ended, graceMs);
    },
    [Symbol.asyncDispose]: async () => {
      session.destroy();
      child.stdin.end();
      if ((await within(ended, graceMs)) === undefined) {
        child.kill("SIGTERM");
        // At its end what it started is ended; of a process that is gone its number may be another's.
        if ((await within(ended, graceMs)) === undefined) endAll();
      }
      await ended;
      running.delete(endAll);
      if (running.size === 0) process.removeListener("exit", endRunning);
    },
  };
}

/** Some failures come as an event of the child, and some, as that of too many arguments, at once. */
function spawnProgram(
  program: PluginProgram,
  cookie: Readonly<Record<string, string>>,
): Result<Child, string> {
  const { file, args, folder, within: outer } = program;
  const env = { ...allowed(), NODE_COMPILE_CACHE: compileCacheOf(program), ...cookie };
  const [started, ...words] = [...(outer ?? []), file, ...args];
  try {
    return ok(spawn(started ?? file, words, { cwd: folder, env, stdio: "pipe", detached: true }));
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function notStarted({ name, file }: PluginProgram, detail: string): Plugin {
  const failure = {
    reason: "plugin-not-started",
    plugin: name,
    program: file,
    detail,
    log: [],
  } as const;
  return {
    name,
    log: () => [],
    call: async () => Promise.resolve(fail(failure)),
    finish: async () => Promise.resolve({ code: undefined, signal: undefined }),
    [Symbol.asyncDispose]: async () => Promise.resolve(),
  };
}

/**
 * What the Node of a plugin has compiled, which is a third of the time to its first answer. Each program has its own: what
 * one plugin puts there is never run by another.
 */
export function compileCacheOf({ file, args }: PluginProgram): string {
  const cache = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  const key = hexOf(digestOf(Buffer.from(JSON.stringify([file, ...args]))));
  return path.join(cache, "slipway", "plugins", key.slice(0, 16));
}

function allowed(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    passedOn.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function inWords(failure: CallFailure, during: string, limitMs: number) {
  switch (failure.reason) {
    case "status":
      return failure.status === deadlineExceeded
        ? ({ reason: "plugin-late", during, limitMs } as const)
        : ({ ...failure, reason: "plugin-call-failed", during } as const);
    case "late":
      return { reason: "plugin-late", during, limitMs } as const;
    case "stopped":
      return { reason: "plugin-call-stopped", during } as const;
    case "too-large": {
      const limitBytes = largestMessageBytes;
      return { ...failure, reason: "plugin-message-too-large", during, limitBytes } as const;
    }
    case "broken":
      return { reason: "plugin-answer-broken", during, detail: failure.detail } as const;
  }
}

const deadlineExceeded = 4;

async function within<Value>(promise: Promise<Value>, limitMs: number): Promise<Value | undefined> {
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), limitMs);
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}

function keepLog(stderr: Readable) {
  const kept = { text: "" };
  stderr.setEncoding("utf8").on("data", (chunk: string) => {
    kept.text = `${kept.text}${chunk}`.slice(-keptLogBytes);
  });
  return {
    lines: () => kept.text.trimEnd().split("\n").slice(-toldLogLines).filter(Boolean),
    over: new Promise<true>((resolve) => {
      stderr.once("close", () => resolve(true));
    }),
  };
}

/** Up to the frame that may follow: its length begins with zero. */
function textOf(stray: Buffer): string {
  const [text = ""] = stray.subarray(0, toldStrayBytes).toString("utf8").split("\0", 1);
  return text.trimEnd();
}

type Watch = { readonly stray: (text: string) => void; readonly over: () => void };

function joinStreams({ stdin, stdout }: Child, { stray, over }: Watch): Duplex {
  const strayIn = guardFrames();
  const streams = new Duplex({
    read: () => {
      stdout.resume();
    },
    write: (chunk, _encoding, done) => {
      // That it no longer reads is told by its end, with the reason.
      stdin.write(chunk, () => done());
    },
  });
  stdin.on("error", () => {});
  stdout
    .on("data", (chunk: Buffer) => {
      const found = strayIn(chunk);
      if (found !== undefined) {
        stray(textOf(found));
        streams.destroy();
      } else if (!streams.push(chunk)) stdout.pause();
    })
    .once("close", () => {
      over();
      streams.destroy();
    });
  return streams;
}
