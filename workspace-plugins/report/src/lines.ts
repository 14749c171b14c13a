/** The part of the console that needs no words of ours: nothing is loaded for it. */
export type Lines = {
  readonly line: (text: string) => void;
  readonly progress: (text: string) => void;
};

/** Results and tables go to stdout, progress to stderr. */
export function openLines(): Lines {
  return {
    line: (text) => void process.stdout.write(`${text}\n`),
    progress: (text) => void process.stderr.write(`  · ${text}\n`),
  };
}
