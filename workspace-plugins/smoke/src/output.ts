import { trailer } from "./bootstrap.ts";

/** Standard output of a run, taken apart. */
export type RunOutput = {
  readonly facts: ReadonlyMap<string, string>;
  readonly archive: Uint8Array;
};

/** `undefined` unless it ends with the trailer: an engine whose disk is full loses output and says exit code 0. */
export function parseRunOutput(bytes: Buffer): RunOutput | undefined {
  const end = bytes.length - trailer.length;
  const head = bytes.indexOf("\n\n");
  if (head === -1 || end < head || bytes.toString("latin1", end) !== trailer) return undefined;
  const lines = bytes.toString("utf8", 0, head).split("\n");
  const facts = lines.map((line): [string, string] => {
    const [name = "", ...value] = line.split("=");
    return [name, value.join("=")];
  });
  return { facts: new Map(facts), archive: bytes.subarray(head + 2, end) };
}
