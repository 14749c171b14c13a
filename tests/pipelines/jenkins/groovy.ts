import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
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

/** What happens in runs of files, as Jenkins runs a declarative pipeline: in the order of the requests. */
export async function runsOf(
  contents: readonly string[],
  requests: readonly (RunRequest & { readonly of: number })[],
): Promise<readonly RunAnswer[]> {
  return withFiles(contents, async (paths) => {
    const lines = requests.map(({ of, ...request }) =>
      JSON.stringify({ file: paths[of], ...request }),
    );
    return linesIn(await runGroovy("runner.groovy", lines)).map((line) => RunAnswer.parse(line));
  });
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

async function runGroovy(script: string, lines: readonly string[]): Promise<string> {
  const program = path.join(import.meta.dirname, script);
  const options = ["-Dfile.encoding=UTF-8", "-cp", groovyJar, "groovy.ui.GroovyMain", program];
  const child = spawn("java", options, { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(`${lines.join("\n")}\n`);
  const [said, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (complaints !== "") throw new Error(complaints);
  return said;
}
