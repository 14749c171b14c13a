import { printable } from "./printable.ts";

/** The part of the console that needs no words of ours: nothing is loaded for it. */
export type Lines = {
  readonly line: (text: string) => void;
  readonly progress: (text: string) => void;
};

/** Results and tables go to stdout, progress to stderr. What a terminal would obey is shown, whoever calls. */
export function openLines(): Lines {
  return {
    line: (text) => writeOut(`${harmless(text)}\n`),
    progress: (text) => void process.stderr.write(`  · ${harmless(text)}\n`),
  };
}

/** A tab does nothing but move on. */
function harmless(text: string): string {
  return text.split("\t").map(printable).join("\t");
}

/**
 * Past the stream of Node, which for a pipe loads all of `node:net`: 5 ms. Where the reader is too slow, the
 * stream takes over and does what it does. With the reader gone, as `head` goes, we end as a program does that SIGPIPE ends.
 */
function writeOut(text: string): void {
  let rest = Buffer.from(text);
  try {
    while (rest.byteLength > 0) rest = rest.subarray(writeSync(1, rest));
  } catch (error) {
    const isGone = error instanceof Error && "code" in error && error.code === "EPIPE";
    if (isGone) process.exit(endedByPipe);
    process.stdout.write(rest);
  }
}

/** 128 and the number of SIGPIPE, which Node ignores. */
const endedByPipe = 141;

const { writeSync } = process.getBuiltinModule("node:fs");
