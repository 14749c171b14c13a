/** The part of the console that needs no words of ours: nothing is loaded for it. */
export type Lines = {
  readonly line: (text: string) => void;
  readonly progress: (text: string) => void;
};

/** Results and tables go to stdout, progress to stderr. */
export function openLines(): Lines {
  return {
    line: (text) => writeOut(`${text}\n`),
    progress: (text) => void process.stderr.write(`  · ${text}\n`),
  };
}

/**
 * Past the stream of Node, which for a pipe loads all of `node:net`: 5 ms. Where the reader is too slow, or gone, the
 * stream takes over and does what it does.
 */
function writeOut(text: string): void {
  let rest = Buffer.from(text);
  try {
    while (rest.byteLength > 0) rest = rest.subarray(writeSync(1, rest));
  } catch {
    process.stdout.write(rest);
  }
}

const { writeSync } = process.getBuiltinModule("node:fs");
