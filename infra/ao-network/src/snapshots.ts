import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import { EvaluationResult, pageSizeBytes } from "@slipway/aos";
import { digestOf, shortDigest, writeFileAtomically } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { z } from "zod";
import type { Assignment } from "./assignment.ts";
import { Exposed } from "./exposed.ts";
import type { Progress } from "./progress.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Older results are evaluated again when somebody asks: a snapshot stays small. */
const resultsKept = 64;

const Header = z.strictObject({
  nonce: z.int().nonnegative(),
  /** Of the last evaluated assignment: it stands for the whole history before it. */
  hashChain: z.string(),
  digest: z.string(),
  pageCount: z.int().nonnegative(),
  pages: z.array(z.int().nonnegative()).readonly(),
  results: z.array(z.tuple([z.int(), EvaluationResult])),
  exposed: Exposed,
});

/** Evaluated memory on disk. Losing any of it costs time only. */
export type Snapshots = AsyncDisposable & {
  readonly load: (history: readonly Assignment[]) => Promise<Progress | undefined>;
  /** Writes in the background; of several for one process the newest wins. */
  readonly keep: (history: readonly Assignment[], progress: Progress) => void;
  /** When nothing is left to write. */
  readonly idle: () => Promise<void>;
};

export function openSnapshots(folder: string, module: Digest): Snapshots {
  const fileOf = (process: string) => path.join(folder, shortDigest(module), `${process}.snapshot`);
  const waiting = new Map<string, { readonly chain: string; readonly progress: Progress }>();
  const written = new Map<string, string>();
  const lane = { last: Promise.resolve() };
  const writeNext = async (process: string) => {
    const next = waiting.get(process);
    waiting.delete(process);
    if (next === undefined || written.get(process) === next.chain) return;
    await writeFileAtomically(fileOf(process), await encode(next.chain, next.progress));
    written.set(process, next.chain);
  };
  return {
    load: async (history) => {
      const process = history[0]?.process;
      const progress = process && (await decode(fileOf(process), history));
      const last = progress && history[progress.nonce];
      if (last !== undefined) written.set(last.process, last.hashChain);
      return progress;
    },
    keep: (history, progress) => {
      const last = history[progress.nonce];
      if (last === undefined) return;
      waiting.set(last.process, { chain: last.hashChain, progress });
      // One that cannot be written costs the next start some time, and nobody now.
      lane.last = lane.last.then(() => writeNext(last.process)).catch(() => undefined);
    },
    idle: () => lane.last,
    [Symbol.asyncDispose]: () => lane.last,
  };
}

async function encode(
  hashChain: string,
  { nonce, memory, results, exposed }: Progress,
): Promise<Buffer> {
  const pages = memory ?? { pageCount: 0, pages: [], bytes: new Uint8Array() };
  const bytes = await compress(pages.bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
  });
  const header: z.output<typeof Header> = {
    nonce,
    hashChain,
    digest: digestOf(bytes),
    pageCount: pages.pageCount,
    pages: pages.pages,
    results: [...results].slice(-resultsKept),
    exposed,
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), bytes]);
}

async function decode(file: string, history: readonly Assignment[]): Promise<Progress | undefined> {
  try {
    const content = await readFile(file);
    const end = content.indexOf(0x0a);
    const header = Header.parse(JSON.parse(content.subarray(0, end).toString("utf8")));
    const compressed = content.subarray(end + 1);
    const isOurs = history[header.nonce]?.hashChain === header.hashChain;
    if (!isOurs || digestOf(compressed) !== header.digest) return undefined;
    return progressOf(header, await decompress(compressed));
  } catch {
    // Missing, cut short or of another version: the messages say the same, only slower.
    return undefined;
  }
}

function progressOf(header: z.output<typeof Header>, bytes: Buffer): Progress | undefined {
  const { nonce, pageCount, pages, exposed } = header;
  if (bytes.byteLength !== pages.length * pageSizeBytes) return undefined;
  const memory = pageCount === 0 ? undefined : { pageCount, pages, bytes: new Uint8Array(bytes) };
  return { nonce, memory, results: new Map(header.results), exposed };
}
