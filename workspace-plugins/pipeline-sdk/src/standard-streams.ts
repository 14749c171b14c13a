import { Duplex } from "node:stream";

/** From now on the only way to standard output. The process ends with its input: nobody can ask it any more. */
export function takeStandardStreams(): Duplex {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  const { stdin } = process;
  const streams = new Duplex({
    read: () => {
      stdin.resume();
    },
    write: (chunk: Uint8Array, _encoding, done) => {
      write(chunk, done);
    },
  });
  stdin
    .on("data", (chunk) => {
      if (!streams.push(chunk)) stdin.pause();
    })
    .once("close", () => process.exit());
  return streams;
}
