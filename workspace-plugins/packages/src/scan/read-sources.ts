import path from "node:path";
import { fail, ok, parseJson } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { PackageFile } from "../content.ts";
import type { ScanFailure, SourceFault } from "./failure.ts";
import type { Language } from "../package-name.ts";
import { askReader } from "../process.ts";
import { decodeUtf8 } from "./decode-utf8.ts";
import { goImports } from "./go-imports.ts";
import { offsetOf } from "./places.ts";
import { rustImports } from "./rust-imports.ts";
import { sourceAnswer } from "./source-import.ts";
import type { ReadSource, SourceImport } from "./source-import.ts";

export type SourceFile = { readonly path: string; readonly imports: readonly SourceImport[] };

/** A distribution of Python as the metadata of an environment has it. */
export type Distribution = { readonly name: string; readonly version: string };

/** What a package's own files say; the rest is what only a parser of that language can tell. */
export type Sources = {
  readonly files: readonly SourceFile[];
  /** Python: the modules, by their first name, that come with it. */
  readonly standard: ReadonlySet<string>;
  /** Python: which distribution of the project's environment brings a dotted path. */
  readonly brought: ReadonlyMap<string, Distribution>;
  /** Rust: the modules that the files declare. */
  readonly modules: ReadonlySet<string>;
};

export type ReadOptions = {
  /** How failures name the files: relative to where the user stands, or absolute. */
  readonly projectFolder: string;
  /** Of it, `PATH` says where `python3` is, and `HOME` where those who manage several keep them. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Python: the `site-packages` of the project. */
  readonly environments: readonly string[];
  readonly signal: AbortSignal;
};

/** Generated tables are larger, but nobody's imports; parsers take a hundred times as much memory. */
const mostSourceBytes = 4 * 1024 * 1024;
const limitMs = 60_000;

const endings: Readonly<Record<Language, RegExp>> = {
  python: /\.pyi?$/,
  javascript: /\.(?:[cm]?[jt]s|[jt]sx)$/,
  go: /\.go$/,
  rust: /\.rs$/,
};

/** The imports of those files that are written in the language; all that cannot be read are one failure. */
export async function readSources(
  language: Language,
  packed: readonly PackageFile[],
  options: ReadOptions,
): Promise<Result<Sources, ScanFailure>> {
  const files = packed.filter((file) => endings[language].test(file.path));
  const large = files.find(({ bytes }) => bytes.byteLength > mostSourceBytes);
  if (large !== undefined) {
    const facts = { path: large.path, sizeBytes: large.bytes.byteLength };
    return fail({ reason: "source-too-large", ...facts, mostBytes: mostSourceBytes });
  }
  if (files.length === 0) return ok(without);
  switch (language) {
    case "python":
      return readPython(files, options);
    case "javascript":
      return readJavascript(files, options);
    case "go":
      return readHere(files, options);
    case "rust":
      return readHere(files, options);
  }
}

const without: Sources = {
  files: [],
  standard: new Set(),
  brought: new Map(),
  modules: new Set(),
};

const pythonEnd = z.object({
  standard: z.array(z.string()),
  brought: z.record(z.string(), z.object({ name: z.string(), version: z.string() })),
});

/**
 * Python's own `ast`: no other parser knows each version's grammar, and that Python also lists its standard library and
 * reads the metadata of environments. Isolated (`-I`) and without `site` (`-S`) it runs no code of the project.
 */
async function readPython(
  files: readonly PackageFile[],
  options: ReadOptions,
): Promise<Result<Sources, ScanFailure>> {
  const program = readerProgram("python-program.py");
  const args = ["-I", "-S", "-B", "-X", "utf8", program];
  const answered = await ask("python3", args, files, options);
  if (!answered.ok) return answered;
  const end = pythonEnd.safeParse(parseJson(answered.value.last));
  if (end.data === undefined)
    throw new Error("internal: the reader of Python forgot its last line");
  const { standard, brought } = end.data;
  return ok({
    ...without,
    files: answered.value.files,
    standard: new Set(standard),
    brought: new Map(Object.entries(brought)),
  });
}

async function readJavascript(
  files: readonly PackageFile[],
  options: ReadOptions,
): Promise<Result<Sources, ScanFailure>> {
  // `.js` where slipway is one npm package.
  const program = readerProgram(`javascript-program${path.extname(import.meta.filename)}`);
  const answered = await ask(process.execPath, [program], files, options);
  if (answered.ok) return ok({ ...without, files: answered.value.files });
  const { failure } = answered;
  const isMissing =
    failure.reason === "source-reader-crashed" &&
    /ERR_MODULE_NOT_FOUND[^]*'oxc-parser'|'oxc-parser'[^]*ERR_MODULE_NOT_FOUND/.test(
      failure.complaint,
    );
  return isMissing ? fail({ reason: "source-reader-missing", program: "oxc-parser" }) : answered;
}

/** Programs that read one language each, in a folder of their own beside this code. */
function readerProgram(name: string): string {
  return path.join(import.meta.dirname, "readers", name);
}

type Answered = { readonly files: readonly SourceFile[]; readonly last: string };

/** One process for all files. The file that it was at when it ended too early is the one that has no answer. */
async function ask(
  program: string,
  args: readonly string[],
  files: readonly PackageFile[],
  options: ReadOptions,
): Promise<Result<Answered, ScanFailure>> {
  const { environments, signal, environment } = options;
  const input = JSON.stringify({
    files: files.map((file) => ({
      path: file.path,
      base64: Buffer.from(file.bytes).toString("base64"),
    })),
    environments,
  });
  const read = await askReader(program, args, { input, signal, limitMs, environment });
  if (read.state === "absent") return fail({ reason: "source-reader-missing", program });
  const lines = read.output.split("\n");
  const answers = lines.flatMap((line) => sourceAnswer.safeParse(parseJson(line)).data ?? []);
  if (read.state !== "done") {
    const unread = files[answers.length]?.path;
    const ended = { program: path.basename(program), path: unread };
    return read.state === "timed-out"
      ? fail({ reason: "source-reader-timed-out", ...ended, limitMs })
      : fail({ reason: "source-reader-crashed", ...ended, complaint: read.complaint });
  }
  const known = allRead(answers, files, options.projectFolder);
  return known.ok ? ok({ files: known.value, last: lines.findLast(Boolean) ?? "" }) : known;
}

/** Go and Rust need no parser of their own process: what is read of them is a list of tokens. */
function readHere(
  files: readonly PackageFile[],
  { projectFolder }: ReadOptions,
): Result<Sources, ScanFailure> {
  const modules = new Set<string>();
  const answers = files.map(({ path: file, bytes }) => {
    const text = decodeUtf8(bytes);
    if (text === undefined) return { path: file, read: notUtf8 };
    if (file.endsWith(".go")) return { path: file, read: goImports(text) };
    const rust = rustImports(text);
    for (const name of rust.modules) modules.add(name);
    return { path: file, read: rust.imports };
  });
  const known = allRead(answers, files, projectFolder);
  return known.ok ? ok({ ...without, files: known.value, modules }) : known;
}

const notUtf8 = { problem: "encoding", message: "it is not UTF-8", line: 1, column: 1 } as const;

function allRead(
  answers: readonly { readonly path: string; readonly read: ReadSource }[],
  packed: readonly PackageFile[],
  projectFolder: string,
): Result<readonly SourceFile[], ScanFailure> {
  const bytesOf = new Map<string, Uint8Array>(packed.map((file) => [file.path, file.bytes]));
  const files: SourceFile[] = [];
  const problems: SourceFault[] = [];
  for (const { path: file, read } of answers) {
    if (!("problem" in read)) {
      files.push({ path: file, imports: read });
      continue;
    }
    const offset = offsetOf(Buffer.from(bytesOf.get(file) ?? []).toString("utf8"), read);
    problems.push({ ...read, at: { file: path.join(projectFolder, file), offset, length: 1 } });
  }
  return problems.length === 0 ? ok(files) : fail({ reason: "source-unparsable", problems });
}
