import { buffer } from "node:stream/consumers";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import tar from "tar-stream";
import { trailer } from "./bootstrap.ts";
import type { RunName, SmokeFailure } from "./failure.ts";
import type { FileContent } from "./tree.ts";

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

/** The regular files of the archive. Anything but files and folders is refused: outputs are bytes, compared as bytes. */
export async function readOutputFiles(
  run: RunName,
  archive: Uint8Array,
): Promise<Result<readonly FileContent[], SmokeFailure>> {
  const files = new Map<string, FileContent>();
  const refused = (path: string, detail: string): Result<never, SmokeFailure> =>
    fail({ reason: "smoke-output-refused", run, path, detail });
  const extract = tar.extract();
  extract.end(archive);
  try {
    for await (const member of extract) {
      const { name, type, mode } = member.header;
      const path = name.replace(/^(\.\/)+/, "").replace(/\/$/, "");
      const bytes = await buffer(member);
      if (type === "directory") continue;
      const problem = problemOf(path, type, files);
      if (problem !== undefined) return refused(path, problem);
      files.set(path, { path, bytes, isExecutable: ((mode ?? 0) & 0o100) !== 0 });
    }
  } catch (error) {
    return refused("", `the archive is broken: ${String(error)}`);
  }
  return ok([...files.values()]);
}

function problemOf(
  path: string,
  type: string | null | undefined,
  files: ReadonlyMap<string, FileContent>,
): string | undefined {
  if (type !== "file") return `it is a ${type ?? "member of no known kind"}`;
  if (path.startsWith("/") || path.split("/").includes("..")) return "its name leaves the folder";
  return files.has(path) ? "it comes twice" : undefined;
}
