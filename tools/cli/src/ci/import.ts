import path from "node:path";
import { importPipeline } from "@slipway/pipelines/import";
import type { ImportedPipeline } from "@slipway/pipelines/import";
import { openLines } from "@slipway/report/lines";
import { fail, ok, readTextIfPresent, writeFileAtomically } from "@slipway/signature/basics";
import { openAnswer } from "../answer.ts";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { pipelinePlaceOf } from "../pipeline-place.ts";
import { tellFailure, tellUsage } from "../tell.ts";

const options = {
  to: { type: "string" },
  print: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** A `cig.toml` from a file of another CI system, and what of that it cannot say. */
export async function importFile({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { to = ".", print = false, json = false } = read.value.options;
  const { root, file: target } = pipelinePlaceOf(to);
  const isWritten = !print && !json;
  const imported = await importFrom(root, path.resolve(read.value.words[0] ?? ""));
  if (!imported.ok) return tellFailure(imported.failure, { json });
  const { text, notes } = imported.value;
  if (isWritten) {
    const place = path.join(root, target);
    if ((await readTextIfPresent(place)) !== undefined) {
      return tellFailure({ reason: "import-in-the-way", file: target });
    }
    await writeFileAtomically(place, text);
  }
  const { line } = openLines();
  if (print) {
    line(text.trimEnd());
    return 0;
  }
  const rows = notes.map((note) => [
    note.outcome,
    `${imported.value.file}:${note.line}:${note.column}`,
    note.hint === undefined ? note.message : `${note.message}; ${note.hint}`,
  ]);
  openAnswer({ json }).show({ ...imported.value }, rows);
  if (isWritten) line(`${target} is written; slipway ci plan --diff shows what it renders`);
  return 0;
}

type Imported = ImportedPipeline & { readonly file: string };

async function importFrom(root: string, source: string) {
  const file = path.relative(root, source).split(path.sep).join("/");
  const text = await readTextIfPresent(source);
  if (text === undefined) return fail({ reason: "pipeline-missing" as const, file });
  const project = path.basename(root);
  const imported = importPipeline({ file, text, project });
  return imported.ok ? ok<Imported>({ file, ...imported.value }) : imported;
}
