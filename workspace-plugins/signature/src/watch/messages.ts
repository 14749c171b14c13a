import { parseJson } from "../json-text.ts";

/** Of the messages; a watcher and a command of different versions do not talk. */
const watchVersion = 1;

/** `folder` is relative to the root, with slashes; `""` is all of it. */
export type Question =
  | { readonly ask: "tree"; readonly folder: string }
  /** The version of the whole tree, once the cache file has it. */
  | { readonly ask: "version" };

/** `digest` and `sizeBytes` are those of the Directory message of the folder. */
export type TreeAnswer = { readonly digest: string; readonly sizeBytes: number };

/** `unable`: the watcher met a failure; whoever asked looks for itself and finds the same one. */
export type Answer =
  | { readonly state: "answered"; readonly tree: TreeAnswer }
  | { readonly state: "current"; readonly version: string }
  | { readonly state: "unable"; readonly reason: string };

/** One line each way. `root` is the identity of the watched folder, so that an answer is never about another. */
type Sent<Body> = { readonly version: number; readonly root: string; readonly body: Body };

export function writeQuestion(root: string, body: Question): string {
  return JSON.stringify({ version: watchVersion, root, body } satisfies Sent<Question>);
}

export function writeAnswer(root: string, body: Answer): string {
  return JSON.stringify({ version: watchVersion, root, body } satisfies Sent<Answer>);
}

/** `undefined`: no question of this version about this root. */
export function readQuestion(root: string, line: string): Question | undefined {
  const body = bodyOf(root, line);
  if (body?.["ask"] === "version") return { ask: "version" };
  if (body?.["ask"] !== "tree" || typeof body["folder"] !== "string") return undefined;
  return { ask: "tree", folder: body["folder"] };
}

export function readAnswer(root: string, line: string): Answer | undefined {
  const body = bodyOf(root, line);
  if (body?.["state"] === "unable") return { state: "unable", reason: String(body["reason"]) };
  const version = body?.["state"] === "current" ? body["version"] : undefined;
  if (typeof version === "string") return { state: "current", version };
  const tree = body?.["state"] === "answered" ? recordOf(body["tree"]) : undefined;
  if (tree === undefined) return undefined;
  const { digest, sizeBytes } = tree;
  if (typeof digest !== "string" || !/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined;
  if (typeof sizeBytes !== "number") return undefined;
  return { state: "answered", tree: { digest, sizeBytes } };
}

type Json = Readonly<Record<string, unknown>>;

function bodyOf(root: string, line: string): Json | undefined {
  const sent = recordOf(parseJson(line));
  if (sent?.["version"] !== watchVersion || sent["root"] !== root) return undefined;
  return recordOf(sent["body"]);
}

function recordOf(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}
