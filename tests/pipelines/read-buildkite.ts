import { execFileSync, spawnSync } from "node:child_process";
import path from "node:path";
import { z } from "zod";

/** What the agent would send of a pipeline. */
export type ReadPipeline = { readonly problem: string } | { readonly steps: readonly ReadStep[] };

const Dependency = z.union([
  z.string().transform((step) => ({ step, allow_failure: false })),
  z.strictObject({ step: z.string(), allow_failure: z.boolean() }),
]);

/** Nothing but what the documents of Buildkite name for a step. */
const Step = z.strictObject({
  label: z.string().optional(),
  block: z.string().optional(),
  input: z.string().optional(),
  key: z.string().optional(),
  prompt: z.string().optional(),
  fields: z.array(z.record(z.string(), z.unknown())).optional(),
  depends_on: z.array(Dependency),
  if: z.string().optional(),
  command: z.string().optional(),
  plugins: z.array(z.record(z.string(), z.record(z.string(), z.unknown()).nullable())).default([]),
  env: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.object({ key: z.string(), environment_variable: z.string() })).default([]),
  checkout: z.record(z.string(), z.unknown()).optional(),
  artifact_paths: z.array(z.string()).optional(),
  timeout_in_minutes: z.int().optional(),
  retry: z.unknown().optional(),
  soft_fail: z.boolean().optional(),
  parallelism: z.int().optional(),
  concurrency: z.int().optional(),
  concurrency_group: z.string().optional(),
  concurrency_method: z.string().optional(),
  cancel_on_build_failing: z.boolean().optional(),
  agents: z.record(z.string(), z.string()).optional(),
  skip: z.string().optional(),
});
export type ReadStep = z.output<typeof Step>;

const Answer = z.union([
  z.strictObject({ problem: z.string() }),
  z.strictObject({ pipeline: z.strictObject({ steps: z.array(Step) }) }),
]);

/** The agent's own parser and interpolation, built once for a file of tests. */
export function buildReader(folder: string): string {
  const program = path.join(folder, "reader");
  const source = path.join(import.meta.dirname, "buildkite-reader");
  execFileSync("go", ["build", "-o", program, "."], { cwd: source, stdio: "inherit" });
  return program;
}

export function readBuildkite(
  reader: string,
  yaml: string,
  env: Readonly<Record<string, string>>,
): ReadPipeline {
  const input = `${JSON.stringify({ yaml, env })}\n`;
  const { stdout } = spawnSync(reader, { input, encoding: "utf8", maxBuffer: 1 << 28 });
  const answer = Answer.parse(JSON.parse(stdout));
  return "problem" in answer ? answer : answer.pipeline;
}

/** A build as conditions of Buildkite see it. */
export type Build = {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly env: Readonly<Record<string, string>>;
};

type Token = { readonly kind: "text" | "pattern" | "word" | "sign"; readonly text: string };

const tokens =
  /\s*(?:"(?<double>[^"\\]*)"|'(?<single>[^'\\]*)'|\/(?<pattern>(?:[^/\\]|\\.)*)\/|(?<word>[a-z_][\w.]*)|(?<sign>==|!=|=~|!~|&&|\|\||[()!]))/gsy;

/** As the documents describe the language; all else is refused. */
export function holdsIn(expression: string, build: Build): boolean {
  const found = tokensOf(expression);
  const reader = { next: 0, found };
  const result = eitherOf(reader, build);
  if (reader.next < found.length) throw new Error(`not all is read: ${expression}`);
  return result;
}

function tokensOf(expression: string): readonly Token[] {
  const found: Token[] = [];
  tokens.lastIndex = 0;
  while (tokens.lastIndex < expression.length) {
    const at = tokens.lastIndex;
    const groups = tokens.exec(expression)?.groups;
    if (groups === undefined) throw new Error(`no token at ${at} of ${expression}`);
    const text = groups["double"] ?? groups["single"];
    if (text !== undefined) found.push({ kind: "text", text });
    if (groups["pattern"] !== undefined) found.push({ kind: "pattern", text: groups["pattern"] });
    if (groups["word"] !== undefined) found.push({ kind: "word", text: groups["word"] });
    if (groups["sign"] !== undefined) found.push({ kind: "sign", text: groups["sign"] });
  }
  return found;
}

type Reader = { next: number; readonly found: readonly Token[] };

function takes(reader: Reader, text: string): boolean {
  const token = reader.found[reader.next];
  if (token?.kind !== "sign" || token.text !== text) return false;
  reader.next += 1;
  return true;
}

function eitherOf(reader: Reader, build: Build): boolean {
  let holds = bothOf(reader, build);
  while (takes(reader, "||")) holds = [holds, bothOf(reader, build)].includes(true);
  return holds;
}

function bothOf(reader: Reader, build: Build): boolean {
  let holds = oneOf(reader, build);
  while (takes(reader, "&&")) holds = ![holds, oneOf(reader, build)].includes(false);
  return holds;
}

function oneOf(reader: Reader, build: Build): boolean {
  if (takes(reader, "!")) return !oneOf(reader, build);
  if (takes(reader, "(")) {
    const holds = eitherOf(reader, build);
    if (!takes(reader, ")")) throw new Error("a bracket is open");
    return holds;
  }
  const first = reader.found[reader.next];
  const left = valueOf(reader, build);
  if (first?.kind === "word" && /^(?:true|false)$/.test(first.text)) return first.text === "true";
  const operator = reader.found[reader.next];
  reader.next += 1;
  const right = reader.found[reader.next];
  if (operator?.text === "=~" && right?.kind === "pattern") {
    reader.next += 1;
    return left !== undefined && new RegExp(right.text, "su").test(left);
  }
  const other = valueOf(reader, build);
  if (operator?.text === "==") return left === other;
  if (operator?.text === "!=") return left !== other;
  throw new Error(`no comparison: ${operator?.text ?? ""}`);
}

function valueOf(reader: Reader, { values, env }: Build): string | undefined {
  const token = reader.found[reader.next];
  reader.next += 1;
  if (token?.kind === "text") return token.text;
  if (token?.kind !== "word") throw new Error(`no value: ${token?.text ?? ""}`);
  if (token.text === "null") return undefined;
  if (token.text === "true" || token.text === "false") return token.text;
  if (token.text === "build.env") {
    if (!takes(reader, "(")) throw new Error("env has no name");
    const name = reader.found[reader.next]?.text ?? "";
    reader.next += 1;
    if (!takes(reader, ")")) throw new Error("env is open");
    return env[name];
  }
  if (!Object.hasOwn(values, token.text)) throw new Error(`Buildkite has no ${token.text}`);
  return values[token.text];
}
