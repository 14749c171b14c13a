import path from "node:path";
import { readSuccesses } from "../action-index.ts";
import { actionsFolder, readRecordedAction } from "../action-records.ts";
import type { SignatureFailure } from "../failure.ts";
import { lstatSync } from "../file-system.ts";
import { readTextIfPresent } from "../read-text.ts";
import { graphKey } from "../graph-key.ts";
import type { Derivation } from "../nx-targets.ts";
import { ok } from "../result.ts";
import type { Result } from "../result.ts";
import { signDerivation } from "../sign-workspace.ts";
import { definitionsFile, readDefinitions } from "../stored-definitions.ts";
import type { Tree } from "../tree/tree.ts";
import { openWorkspaceTree, treeCacheFile } from "../tree/workspace-tree.ts";
import { askWatcher } from "../watch/ask-watcher.ts";
import { definitionTexts, liesOfFiles, liesOfTexts, signatureTexts } from "./lies.ts";
import type { CacheName, Check, Lie } from "./lies.ts";
import { readTruth } from "./truth.ts";
import type { Truth } from "./truth.ts";

const signatureExecutor = "@slipway/executors:signature";

type Environment = Readonly<Record<string, string | undefined>>;

type Workspace = {
  readonly root: string;
  readonly environment: Environment;
  /** Another that the written signatures may be of: a command that needs no engine has not asked for one. */
  readonly otherEnvironment: Environment;
  /** By Nx, which has to look for itself as well. */
  readonly derive: () => Promise<Result<Derivation, SignatureFailure>>;
  /** The signatures of the jobs of all pipelines, by what the tree says and remembers. */
  readonly signJobs: (tree: Tree) => Promise<ReadonlyMap<string, string>>;
  readonly signal: AbortSignal;
};

/**
 * Finds everything anew and compares it with what each cache says. What changes meanwhile would look like a lie, so
 * that what differs is looked at once more: only what differs both times is one.
 */
export async function verifyWorkspace(
  workspace: Workspace,
): Promise<Result<readonly Check[], SignatureFailure>> {
  const first = await verifyOnce(workspace);
  if (!first.ok || first.value.every(({ lies }) => lies.length === 0)) return first;
  const second = await verifyOnce(workspace);
  if (!second.ok) return second;
  return ok(
    second.value.map((check) => {
      const before = first.value.find(
        ({ cache, file }) => cache === check.cache && file === check.file,
      );
      const known = new Set(before?.lies.map(({ subject }) => subject));
      return { ...check, lies: check.lies.filter(({ subject }) => known.has(subject)) };
    }),
  );
}

async function verifyOnce(
  workspace: Workspace,
): Promise<Result<readonly Check[], SignatureFailure>> {
  const { root, environment, signal } = workspace;
  const opened = await openWorkspaceTree(root, signal);
  if (!opened.ok) return opened;
  const truth = await readTruth(root, signal);
  if (!truth.ok) return truth;
  const derived = await workspace.derive();
  if (!derived.ok) return derived;
  const derivation = derived.value;
  const from = { environment, signal };
  const signed = await signDerivation(derivation, { tree: truth.value, ...from });
  if (!signed.ok) return signed;
  const remembered = await signDerivation(derivation, { tree: opened.value, ...from });
  if (!remembered.ok) return remembered;
  const is = signatureTexts(signed.value);
  const jobs = await workspace.signJobs(truth.value);
  const other = await signDerivation(derivation, {
    tree: truth.value,
    environment: workspace.otherEnvironment,
    signal,
  });
  if (!other.ok) return other;
  const roots = compared("input-roots", cacheIn(root), is, signatureTexts(remembered.value));
  return ok([
    await checkFiles(truth.value, opened.value, signal),
    await checkFolder(truth.value, opened.value),
    roots,
    compared("jobs", cacheIn(root), jobs, await workspace.signJobs(opened.value)),
    await checkDefinitions(truth.value, derivation, workspace),
    ...(await checkSignatures(truth.value, derivation, {
      is: new Map([...is, ...jobs]),
      otherwise: signatureTexts(other.value),
    })),
    await checkRecords(root),
    await checkWatcher(truth.value),
  ]);
}

function compared(
  cache: CacheName,
  file: string | undefined,
  is: ReadonlyMap<string, string>,
  said: ReadonlyMap<string, string>,
): Check {
  return { cache, file, count: said.size, lies: liesOfTexts(is, said) };
}

function cacheIn(root: string): string {
  return path.relative(root, treeCacheFile(root));
}

async function checkFiles(truth: Truth, tree: Tree, signal: AbortSignal): Promise<Check> {
  const { listing } = tree;
  const regular = listing.files.filter((file) => file.kind === "file");
  const hashed = await tree.hash(tree.folder, regular, signal);
  const lies = liesOfFiles(truth, { listing, hashed });
  return { cache: "file-digests", file: cacheIn(tree.folder), count: listing.files.length, lies };
}

async function checkFolder(truth: Truth, tree: Tree): Promise<Check> {
  const found = await tree.digestOfFolder("");
  // A file that cannot be read has no digest: then nothing is said of the whole.
  if (!found.ok) return compared("folder-digests", cacheIn(tree.folder), new Map(), new Map());
  const said = `${found.value.digest}/${found.value.sizeBytes}`;
  const file = cacheIn(tree.folder);
  return compared("folder-digests", file, rootOf(truth.rootText), rootOf(said));
}

function rootOf(text: string): ReadonlyMap<string, string> {
  return new Map([["the whole tree", text]]);
}

async function checkDefinitions(
  truth: Truth,
  derivation: Derivation,
  { root, environment, signal }: Workspace,
): Promise<Check> {
  const file = definitionsFile(root);
  const key = await graphKey(truth, environment, signal);
  const stored = key === undefined ? undefined : await readDefinitions(file, key);
  const name = path.relative(root, file);
  // Under another key nobody would take them.
  if (stored === undefined) return compared("definitions", name, new Map(), new Map());
  return compared("definitions", name, definitionTexts(derivation), definitionTexts(stored));
}

type Texts = ReadonlyMap<string, string>;

/** What the tasks of the executor that writes signatures left. */
async function checkSignatures(
  { folder, listing }: Truth,
  { definitions }: Derivation,
  { is, otherwise }: { readonly is: Texts; readonly otherwise: Texts },
): Promise<readonly Check[]> {
  const files = definitions
    .filter(({ executor }) => executor === signatureExecutor)
    .flatMap(({ outputs }) => outputs);
  const sources = [...listing.files.map(({ path: each }) => each), ".slipway/engine"];
  const checks: Check[] = [];
  for (const file of files) {
    const written = lstatSync(path.join(folder, file), { throwIfNoEntry: false });
    const text = await readTextIfPresent(path.join(folder, file));
    if (written === undefined || text === undefined) continue;
    const said = parseSignatures(text);
    const lies = liesOfTexts(new Map([...is].filter(([id]) => said.has(id))), said).filter(
      (lie) => otherwise.get(lie.subject) !== lie.said,
    );
    // It is of the last run: what it has otherwise is a lie only where no file has changed since.
    const isOfNow = sources.every((each) => {
      const stat = lstatSync(path.join(folder, each), { throwIfNoEntry: false });
      return stat === undefined || stat.ctimeMs < written.mtimeMs;
    });
    const count = isOfNow ? said.size : said.size - lies.length;
    checks.push({ cache: "signatures", file, count, lies: isOfNow ? lies : [] });
  }
  return checks;
}

function parseSignatures(text: string): ReadonlyMap<string, string> {
  try {
    const json: unknown = JSON.parse(text);
    const { targets, jobs } = isRecord(json) ? json : {};
    const all = [targets, jobs].flatMap((some) => (isRecord(some) ? Object.entries(some) : []));
    return new Map(all.map(([id, one]) => [id, String(one)]));
  } catch (error) {
    if (error instanceof SyntaxError) return new Map([["the file", "no JSON"]]);
    throw error;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function checkRecords(root: string): Promise<Check> {
  const folder = actionsFolder(root);
  const lies: Lie[] = [];
  const successes = await readSuccesses(folder);
  for (const [id, signature] of successes) {
    const record = await readRecordedAction(folder, id, signature);
    if (!record.ok) lies.push({ subject: id, said: "a damaged record", truth: signature });
  }
  const file = path.relative(root, folder);
  return { cache: "records", file, count: successes.size, lies };
}

async function checkWatcher(truth: Truth): Promise<Check> {
  const asked = await askWatcher(truth.folder, { ask: "tree", folder: "" });
  if (asked.state !== "answered") return compared("watcher", undefined, new Map(), new Map());
  const { digest, sizeBytes } = asked.tree;
  const said = rootOf(`${digest}/${sizeBytes}`);
  return compared("watcher", undefined, rootOf(truth.rootText), said);
}
