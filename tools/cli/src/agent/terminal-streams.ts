import type { RunningContainer, RunStreams, TerminalSize } from "@slipway/images";
import { openRawTerminal } from "./raw-terminal.ts";

/** Our own streams as those of a container. Ends with `using`: the terminal is as it was. */
export type TerminalStreams = Disposable & {
  /** Keys and window belong to the agent. `undefined`: bytes come from a pipe or a file, or go to one. */
  readonly terminalSize: TerminalSize | undefined;
  readonly streams: RunStreams;
};

/** The longest a timer takes: 24 days. A session of an agent has no other limit than its person. */
const timeoutMs = 2 ** 31 - 1;
/** For an agent that was told to end. */
const graceMs = 10_000;

const forwarded = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const;

export function openTerminalStreams(): TerminalStreams {
  const hasTerminal = process.stdin.isTTY && process.stdout.isTTY;
  const stopping = new AbortController();
  let running: RunningContainer | undefined;
  let grace: NodeJS.Timeout | undefined;
  const stop = (signal: string): void => {
    // Before it runs there is nothing to tell it, and nothing that it could lose.
    if (running === undefined) stopping.abort();
    // It may just have ended: then there is nothing to stop.
    else void running.kill(signal);
    if (signal !== "SIGINT") grace ??= setTimeout(() => stopping.abort(), graceMs).unref();
  };
  const resize = (): void => {
    // The next change sends the size again.
    if (hasTerminal) void running?.resize(sizeNow());
  };
  const listeners = forwarded.map((signal) => ({ signal, listener: () => stop(signal) }));
  for (const { signal, listener } of listeners) process.on(signal, listener);
  process.stdout.on("resize", resize);
  // A reader that goes away, as `head` does, is an end as by SIGPIPE.
  const onBroken = (): void => stop("SIGTERM");
  process.stdout.on("error", onBroken);
  const raw = hasTerminal ? openRawTerminal() : undefined;
  return {
    terminalSize: hasTerminal ? sizeNow() : undefined,
    streams: {
      stdin: process.stdin,
      stdout: async (bytes) => write(process.stdout, bytes),
      stderr: async (bytes) => write(process.stderr, bytes),
      signal: stopping.signal,
      timeoutMs,
      onStarted: (container) => {
        running = container;
        resize();
      },
    },
    [Symbol.dispose]: () => {
      clearTimeout(grace);
      for (const { signal, listener } of listeners) process.off(signal, listener);
      process.stdout.off("resize", resize).off("error", onBroken);
      raw?.[Symbol.dispose]();
      // Left open, it would keep us alive for input that nobody reads.
      process.stdin.destroy();
    },
  };
}

function sizeNow(): TerminalSize {
  const { columns, rows } = process.stdout;
  return { columns, rows };
}

/** Settles when the bytes are on their way; what can no longer be written is not held against anybody. */
async function write(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    stream.write(bytes, () => resolve());
  });
}
