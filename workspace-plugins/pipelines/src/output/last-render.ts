import { compareBytes, isDigest, parseJson } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature/digest";
import { z } from "zod";
import { parseOutputPath } from "./output-path.ts";

/** Relative to the workspace. Lost without harm for what has a header. */
export const lastRenderFile = ".slipway/rendered.json";

/** What the last render of each definition file wrote: digests of the bytes, by path. */
export type LastRender = ReadonlyMap<string, ReadonlyMap<string, Digest>>;

const Stored = z.strictObject({
  schema: z.literal(1),
  sources: z.record(
    z.string(),
    z.record(
      z.string().refine((path) => "path" in parseOutputPath(path)),
      z.string().refine(isDigest),
    ),
  ),
});

/** Empty for what is none: it is written again with the next render. */
export function parseLastRender(text: string): LastRender {
  const stored = Stored.safeParse(parseJson(text));
  return new Map(
    Object.entries(stored.data?.sources ?? {}).map(([source, files]) => [
      source,
      new Map(Object.entries(files)),
    ]),
  );
}

/** With `files` in the place of what it said of their source. */
export function printLastRender(
  last: LastRender,
  source: string,
  files: ReadonlyMap<string, Digest>,
): string {
  const sources = new Map([...last, [source, files]]);
  const stored: z.output<typeof Stored> = {
    schema: 1,
    sources: Object.fromEntries(
      sorted(sources).map(([name, own]) => [name, Object.fromEntries(sorted(own))]),
    ),
  };
  return `${JSON.stringify(stored, undefined, 2)}\n`;
}

function sorted<Value>(table: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  return [...table].toSorted(([a], [b]) => compareBytes(a, b));
}
