import { setFlagsFromString } from "node:v8";
import { Script, createContext } from "node:vm";

const everyBytes = 2 * 1024 * 1024;
/** What was under way at two collections counts as old; every so many times that is looked at too. */
const oldEvery = 16;

type Collector = (generation: "minor" | "major") => void;

/** Memory is the process's, so this is too. */
const relief: { passedBytes: number; times: number; collect?: Collector } = {
  passedBytes: 0,
  times: 0,
};

/**
 * Told of bytes that have passed in buffers of their own, lets the collector take those. They lie outside of its heap:
 * left alone, it comes when they are 64 MB, and the memory of a process that only passes bytes on is half of them.
 */
export function relieve(bytes: number): void {
  relief.passedBytes += bytes;
  if (relief.passedBytes < everyBytes) return;
  relief.passedBytes = 0;
  relief.times += 1;
  relief.collect ??= openCollector();
  relief.collect(relief.times % oldEvery === 0 ? "major" : "minor");
}

/** Node gives it to contexts that are made after the flag was set. */
function openCollector(): Collector {
  setFlagsFromString("--expose-gc");
  const context = createContext();
  const collecting = {
    minor: new Script("globalThis.gc?.({ type: 'minor' })"),
    major: new Script("globalThis.gc?.({ type: 'major' })"),
  };
  return (generation) => void collecting[generation].runInContext(context);
}
