import path from "node:path/posix";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { importCircleci } from "./circleci.ts";
import { importGithub } from "./github.ts";
import type { ImportFailure } from "./import-failure.ts";
import { planPipeline } from "../plan/plan.ts";
import { entriesOf, readYaml } from "./located.ts";
import type { Located } from "./located.ts";
import type { ImportNote } from "./note.ts";
import { writeToml } from "./write-toml.ts";

export type ImportedPipeline = {
  /** Of a `cig.toml`. */
  readonly text: string;
  /** In the order of the source. */
  readonly notes: readonly ImportNote[];
};

type Source = {
  /** Relative to the workspace. */
  readonly file: string;
  readonly text: string;
  /** The name of the project. */
  readonly project: string;
};

const importers = [
  { needs: ["on", "jobs"], folder: ".github/workflows/", name: undefined, read: importGithub },
  { needs: ["version", "jobs"], folder: ".circleci/", name: "config.yml", read: importCircleci },
] as const;

/** A file of GitHub Actions or CircleCI as a `cig.toml`, and all that is not in it as it was. */
export function importPipeline({
  file,
  text,
  project,
}: Source): Result<ImportedPipeline, ImportFailure> {
  const read = readYaml(text);
  if ("problem" in read) {
    return fail({ reason: "import-unreadable", file, detail: read.problem, ...read.at });
  }
  const keys = entriesOf(read.root).map(([key]) => key);
  const notes = [...commentsIn(text)];
  const importer = importers.find(({ needs }) => needs.every((key) => keys.includes(key)));
  if (importer === undefined) return fail({ reason: "import-unknown", file, keys });
  const rendered = file.startsWith(importer.folder)
    ? file
    : `${importer.folder}${importer.name ?? path.basename(file)}`;
  const made = importWhole({ file, root: read.root, rendered, project }, importer.read);
  return ok({
    text: made.text,
    notes: unique([...notes, ...made.notes]).toSorted(
      (a, b) => a.line - b.line || a.column - b.column,
    ),
  });
}

type Reading = {
  readonly file: string;
  readonly root: Located;
  readonly rendered: string;
  readonly project: string;
};

/** Jobs with which the text would be no pipeline are kept whole for their own provider. */
function importWhole(
  { file, root, rendered, project }: Reading,
  read: typeof importGithub | typeof importCircleci,
): ImportedPipeline {
  const whole = new Set<string>();
  for (;;) {
    const notes: ImportNote[] = [];
    const table = read(root, { file: rendered, project, whole }, (note) => void notes.push(note));
    const text = `# Imported from ${file}.\n${writeToml(table)}`;
    const faulty = faultyJobs(file, text).filter((id) => !whole.has(id));
    if (faulty.length === 0) return { text, notes };
    for (const id of faulty) whole.add(id);
  }
}

/** Bases of jobs in which something is that cannot be. */
function faultyJobs(file: string, text: string): readonly string[] {
  const planned = planPipeline({ file, text }, { facts: undefined });
  if (planned.ok || planned.failure.reason !== "pipeline-invalid") return [];
  return planned.failure.problems.flatMap(
    ({ message }) => /^jobs\.([\w-]+)\b/.exec(message)?.[1] ?? [],
  );
}

/** They say why, and nobody but a person can put them where they belong. */
function commentsIn(text: string): readonly ImportNote[] {
  const at = text.split("\n").findIndex((line) => /^\s*#/.test(line));
  if (at === -1) return [];
  const message = "the comments of the file are not imported";
  return [{ line: at + 1, column: 1, outcome: "lost", message }];
}

/** What is used several times is read as often. */
function unique(notes: readonly ImportNote[]): readonly ImportNote[] {
  return [...new Map(notes.map((note) => [JSON.stringify(note), note])).values()];
}
