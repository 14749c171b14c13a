/**
 * Reads the imports of JavaScript and TypeScript files: a program of its own, since the parser takes the process that it
 * is in down with it where a file is nested too deeply. One JSON object on the standard input, a line of JSON for each
 * file as soon as it is read, so that a crash tells on which file it was.
 */
import { text } from "node:stream/consumers";
import { z } from "zod";
import { decodeUtf8 } from "../decode-utf8.ts";
import { javascriptImports } from "../javascript-imports.ts";
import type { ReadSource } from "../source-import.ts";

const request = z.object({ files: z.array(z.object({ path: z.string(), base64: z.string() })) });

const { files } = request.parse(JSON.parse(await text(process.stdin)));
for (const { path, base64 } of files) {
  const line = JSON.stringify({ path, read: read(path, Buffer.from(base64, "base64")) });
  await new Promise((written) => process.stdout.write(`${line}\n`, written));
}

function read(path: string, bytes: Uint8Array): ReadSource {
  const source = decodeUtf8(bytes);
  const start = { line: 1, column: 1 };
  if (source === undefined) return { problem: "encoding", message: "it is not UTF-8", ...start };
  try {
    return javascriptImports(path, source);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { problem: "too-deep", message: error.message, ...start };
  }
}
