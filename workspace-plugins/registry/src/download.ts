import type { RegistryRequest } from "./authorization.ts";
import { BrokenResponse } from "./http.ts";
import type { HttpResponse } from "./http.ts";
import type { Line } from "./line.ts";
import { invalidAnswer, refusalOf } from "./refusal.ts";

/** However much comes in between: a server could send a blob byte by byte. */
const mostBreaks = 100;

/**
 * The body of a read. One that breaks off is asked for from there on (RFC 9110, section 14.2); a server that sends all
 * of it again has the known part skipped. Tries are counted from the last piece that came.
 */
export async function* resuming(
  line: Line,
  request: RegistryRequest,
  first: HttpResponse & AsyncDisposable,
): AsyncGenerator<Uint8Array, void, undefined> {
  let seenBytes = 0;
  let tried = 1;
  let breaks = 0;
  let broken: BrokenResponse | undefined;
  for (;;) {
    try {
      const chunks = broken === undefined ? first.chunks : restOf(line, request, seenBytes);
      for await (const chunk of chunks) {
        seenBytes += chunk.byteLength;
        tried = 1;
        yield chunk;
      }
      return;
    } catch (error) {
      if (!(error instanceof BrokenResponse)) throw error;
      // Its place among the requests under way is for the next one.
      await first[Symbol.asyncDispose]();
      breaks += 1;
      if (breaks > mostBreaks || !(await line.mayRetry(tried, error.failure))) throw error;
      broken = error;
      tried += 1;
    }
  }
}

async function* restOf(
  line: Line,
  request: RegistryRequest,
  fromByte: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const range = `bytes=${fromByte}-`;
  const opened = await line.open({ ...request, headers: { ...request.headers, range } });
  if (!opened.ok) throw new BrokenResponse(opened.failure, undefined);
  await using response = opened.value;
  if (response.status === 206) {
    const given = response.header("content-range") ?? "";
    if (!given.startsWith(`bytes ${fromByte}-`)) {
      throw new BrokenResponse(invalidAnswer(request, "range-invalid"), undefined);
    }
    yield* response.chunks;
  } else if (response.status === 200) {
    yield* skipping(response.chunks, fromByte);
  } else {
    throw new BrokenResponse(await refusalOf(request, response), undefined);
  }
}

async function* skipping(
  chunks: AsyncIterable<Uint8Array>,
  bytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = bytes;
  for await (const chunk of chunks) {
    if (chunk.byteLength > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.byteLength);
  }
}
