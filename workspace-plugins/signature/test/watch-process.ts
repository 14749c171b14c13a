import path from "node:path";
import { watchWorkspace } from "../src/watch/watch-workspace.ts";

// A watcher as a process of its own: node watch-process.ts <folder>. Says when it is ready, and how it ended.
const [, , root = "."] = process.argv;
const stopping = new AbortController();
process.on("SIGTERM", () => stopping.abort());
const end = await watchWorkspace(root, {
  cacheFile: path.join(root, ".slipway/tree.bin"),
  signal: stopping.signal,
  onReady: () => void process.stdout.write("ready\n"),
});
process.stdout.write(`${JSON.stringify(end)}\n`);
