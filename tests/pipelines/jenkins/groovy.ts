import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { z } from "zod";

/** What Groovy's own compiler makes of an expression or a statement; which of the keys are there says which. */
export const Tree = z.strictObject({
  call: z.string().nullish(),
  get of() {
    return Tree.nullish();
  },
  get with() {
    return z.array(Tree).optional();
  },
  operator: z.string().optional(),
  get left() {
    return Tree.optional();
  },
  get right() {
    return Tree.optional();
  },
  get if() {
    return Tree.optional();
  },
  get yes() {
    return z.array(Tree).optional();
  },
  get no() {
    return z.array(Tree).optional();
  },
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
  get list() {
    return z.array(Tree).optional();
  },
  get map() {
    return z.array(z.tuple([Tree, Tree])).optional();
  },
  get closure() {
    return z.array(Tree).optional();
  },
  variable: z.string().optional(),
  property: z.string().optional(),
  get not() {
    return Tree.optional();
  },
  other: z.string().optional(),
});
export type Tree = z.output<typeof Tree>;

const Answer = z.union([
  z.strictObject({ tree: z.array(Tree) }),
  z.strictObject({ problem: z.string() }),
]);

/** Each file as a tree, or what the compiler has against it. One compiler reads all of them. */
export async function treesOf(
  contents: readonly string[],
): Promise<readonly z.output<typeof Answer>[]> {
  return withFiles(contents, async (paths) =>
    linesIn(await runGroovy("reader.groovy", paths)).map((line) => Answer.parse(line)),
  );
}

/** What Jenkins knows of a run, and which stages fail in it. */
export type RunRequest = {
  readonly env: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string | boolean>>;
  readonly causes: Readonly<Record<string, readonly unknown[]>>;
  /** Names of stages whose commands fail. */
  readonly failing: readonly string[];
  /** What the command says that decides which jobs run. `undefined`: it fails. */
  readonly said?: string | undefined;
};

const Happened = z.strictObject({
  stage: z.string().nullable(),
  began: z.literal(true).optional(),
  asked: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  tried: z.string().optional(),
  decided: z.string().optional(),
  checkout: z.literal(true).optional(),
  inside: z.string().optional(),
  args: z.string().optional(),
  lock: z.string().optional(),
  again: z.number().optional(),
  echo: z.string().optional(),
  kept: z.string().optional(),
  stashed: z.string().optional(),
  fetched: z.string().optional(),
  reports: z.string().optional(),
});
export type Happened = z.output<typeof Happened>;

const RunAnswer = z.strictObject({
  happened: z.array(Happened),
  result: z.string(),
  problem: z.string().nullable(),
});
type RunAnswer = z.output<typeof RunAnswer>;

/** Jenkins, as far as it runs a declarative pipeline: one for many runs. */
export class Runner implements AsyncDisposable {
  readonly #folder = mkdtempSync(path.join(tmpdir(), "slipway-groovy-"));
  readonly #program = startGroovy("runner.groovy");
  readonly #answers = createInterface({ input: this.#program.stdout })[Symbol.asyncIterator]();
  readonly #complaints = text(this.#program.stderr);
  #count = 0;

  /** A file as the runs of it name it. */
  add(content: string): string {
    this.#count += 1;
    const file = path.join(this.#folder, `file${this.#count}.groovy`);
    writeFileSync(file, content);
    return file;
  }

  /** What happens in a run of a file. One is asked for at a time. */
  async run(file: string, request: RunRequest): Promise<RunAnswer> {
    this.#program.stdin.write(`${JSON.stringify({ file, ...request })}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error(await this.#complaints);
    return RunAnswer.parse(JSON.parse(answer.value));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#program.stdin.end();
    await once(this.#program, "close");
    rmSync(this.#folder, { recursive: true });
  }
}

async function withFiles<Result>(
  contents: readonly string[],
  use: (paths: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-groovy-"));
  try {
    const paths = contents.map((content, at) => {
      const file = path.join(folder, `file${at}.groovy`);
      writeFileSync(file, content);
      return file;
    });
    return await use(paths);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function linesIn(said: string): readonly unknown[] {
  return said
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}

/** Of the Debian package groovy: the version that Jenkins has. */
const groovyJar = "/usr/share/java/groovy-all.jar";

function startGroovy(script: string) {
  const program = path.join(import.meta.dirname, script);
  const options = ["-Dfile.encoding=UTF-8", "-cp", groovyJar, "groovy.ui.GroovyMain", program];
  return spawn("java", options, { stdio: ["pipe", "pipe", "pipe"] });
}

async function runGroovy(script: string, lines: readonly string[]): Promise<string> {
  const child = startGroovy(script);
  child.stdin.end(`${lines.join("\n")}\n`);
  const [said, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (complaints !== "") throw new Error(complaints);
  return said;
}
