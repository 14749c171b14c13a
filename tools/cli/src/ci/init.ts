import path from "node:path";
import { startingPipeline } from "@slipway/pipelines/init";
import type { StartingPipeline } from "@slipway/pipelines/init";
import { detectLanguages } from "@slipway/pipelines/render";
import type { RenderFailure } from "@slipway/pipelines/render";
import { openLines } from "@slipway/report/lines";
import { fail, ok, readTextIfPresent, writeFileAtomically } from "@slipway/signature/basics";
import { readFileSync } from "@slipway/signature/file-system";
import type { Result } from "@slipway/signature";
import { openAnswer } from "../answer.ts";
import type { Answer } from "../answer.ts";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { pipelinePlaceOf } from "../pipeline-place.ts";
import { tellFailure, tellUsage } from "../tell.ts";
import { limitMs, tellFailures } from "./plan-here.ts";

const options = { print: { type: "boolean" }, json: { type: "boolean" } } as const;

/** A `cig.toml` to begin with, from what lies in the workspace; nothing is written over. */
export async function initPipeline({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { print = false, json = false } = read.value.options;
  const { root, file } = pipelinePlaceOf(read.value.words[0] ?? ".");
  const target = path.join(root, file);
  const isWritten = !print;
  if (isWritten && (await readTextIfPresent(target)) !== undefined) {
    return tellFailure({ reason: "import-in-the-way", file }, { json });
  }
  const answer = openAnswer({ json });
  const begun = await beginIn(root, answer);
  if (!begun.ok) return tellFailures(begun.failure, { json });
  const { text, languages, outputs } = begun.value;
  if (isWritten) await writeFileAtomically(target, text);
  const { line } = openLines();
  if (json) return answer.show({ file, text, languages, outputs }, []);
  if (!isWritten) {
    line(text.trimEnd());
    return 0;
  }
  const found = languages.length === 0 ? "no language that slipway knows" : languages.join(", ");
  line(`${file} is written: ${found}, for ${outputs.map(({ path: to }) => to).join(", ")}`);
  line("slipway ci plan --diff shows what it renders");
  return 0;
}

async function beginIn(
  root: string,
  { signal, progress }: Answer,
): Promise<Result<StartingPipeline, readonly RenderFailure[]>> {
  progress("looking at the repository");
  const found = await detectLanguages(root, { limitMs, signal });
  if (!found.ok) return fail(found.failure);
  const { files, detected } = found.value;
  const paths = files.files.filter(({ kind }) => kind === "file").map((each) => each.path);
  const known = new Set(paths);
  const look = {
    has: (at: string) => known.has(at),
    text: (at: string) => (known.has(at) ? readFileSync(path.join(root, at), "utf8") : undefined),
  };
  const project = path.basename(root) || "workspace";
  return ok(startingPipeline({ project, detected, files: paths, look }));
}
