import { readFile, stat } from "node:fs/promises";
import { serveUnary } from "../grpc-server.ts";
import { takeStandardStreams } from "../standard-streams.ts";
import { wasmMethods } from "./wasm-methods.ts";

// A program in WebAssembly as a plugin: `run-wasm.ts <file.wasm>`, in the folder that it sees as `/`.
const [file = ""] = process.argv.slice(2);
if (process.env["SLIPWAY_PLUGIN_COOKIE"] === undefined) {
  say(
    `${file} is a plugin of slipway: name it in cig.toml, or try it with: slipway ci plugin test`,
  );
} else {
  const module = await compile();
  if (module !== undefined) serveUnary(takeStandardStreams(), wasmMethods(module, process.cwd()));
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}

async function compile(): Promise<WebAssembly.Module | undefined> {
  const largestBytes = 64 * 1024 * 1024;
  try {
    const { size } = await stat(file);
    if (size > largestBytes) throw new Error(`${size} bytes, where ${largestBytes} are the most`);
    return await WebAssembly.compile(await readFile(file));
  } catch (error) {
    say(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
