import { fileURLToPath } from "node:url";
import {
  definitionsFile,
  fail,
  graphKey,
  ok,
  openTree,
  readDefinitions,
  signDerivation,
} from "@slipway/signature";
import type { Derivation, Result, SignatureFailure, SignedTargets, Tree } from "@slipway/signature";
import { commandEnvironment } from "./environment.ts";
import { openRevision } from "./revision-checkout.ts";
import type { CheckoutFailure } from "./revision-checkout.ts";
import { runProgram } from "./run-program.ts";
import { openTargets, signThese } from "./workspace-targets.ts";

export type RevisionTargetsFailure =
  | CheckoutFailure
  | SignatureFailure
  | { readonly reason: "revision-packages-differ"; readonly commit: string }
  | {
      readonly reason: "revision-graph-failed";
      readonly commit: string;
      readonly output: string;
    };

const deriving = fileURLToPath(new URL("derive-definitions.ts", import.meta.url));

/** The targets of a commit, or of the working tree, as they can be compared; what they need is kept until the end. */
export type SignedRevision = AsyncDisposable & { readonly signed: SignedTargets };

/** All targets of a commit, by its own plugins and files, with the variables and tools of now. */
export async function signRevision(
  workspaceRoot: string,
  commit: string,
  signal: AbortSignal,
): Promise<Result<SignedRevision, RevisionTargetsFailure>> {
  const opened = await openRevision(workspaceRoot, commit, signal);
  if (!opened.ok) return opened;
  await using untilSigned = new AsyncDisposableStack();
  const checkout = untilSigned.use(opened.value);
  const tree = await openTree(checkout.root, { cacheFile: undefined, signal });
  if (!tree.ok) return tree;
  const environment = {
    ...(await commandEnvironment(checkout.root, process.env)),
    // No engine has answered in there.
    SLIPWAY_ENGINE: (await commandEnvironment(workspaceRoot, {}))["SLIPWAY_ENGINE"],
  };
  const from = { workspaceRoot, commit, hasPackages: checkout.hasPackages };
  const derivation = await deriveAt(from, tree.value, environment, signal);
  if (!derivation.ok) return derivation;
  const signed = await signDerivation(derivation.value, {
    tree: tree.value,
    environment,
    keysFrom: workspaceRoot,
    signal,
  });
  if (!signed.ok) return signed;
  const kept = untilSigned.move();
  return ok({ signed: signed.value, [Symbol.asyncDispose]: () => kept.disposeAsync() });
}

/** All targets as the files are now. */
export async function signWorkingTree(
  workspaceRoot: string,
  signal: AbortSignal,
): Promise<Result<SignedRevision, SignatureFailure>> {
  const targets = await openTargets(workspaceRoot, signal);
  if (!targets.ok) return targets;
  const signed = await signThese(targets.value, undefined, signal);
  if (!signed.ok) return signed;
  return ok({
    signed: signed.value,
    [Symbol.asyncDispose]: () => targets.value.tree.save({ isSparing: true }),
  });
}

async function deriveAt(
  from: { readonly workspaceRoot: string; readonly commit: string; readonly hasPackages: boolean },
  tree: Tree,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Result<Derivation, RevisionTargetsFailure>> {
  const { workspaceRoot, commit } = from;
  if (!from.hasPackages) return fail({ reason: "revision-packages-differ", commit });
  const key = await graphKey(tree, environment, signal);
  if (key === undefined) {
    return fail({ reason: "revision-graph-failed", commit, output: "a definition is unreadable" });
  }
  const known = await readDefinitions(definitionsFile(workspaceRoot), key);
  if (known !== undefined) return ok(known);
  const file = definitionsFile(tree.folder);
  const ended = await runProgram(process.execPath, [deriving, file, key], {
    cwd: tree.folder,
    environment: { NX_DAEMON: "false", PWD: tree.folder },
    signal,
  });
  const derived = ended.state === "done" ? await readDefinitions(file, key) : undefined;
  if (derived === undefined) {
    return fail({ reason: "revision-graph-failed", commit, output: ended.output });
  }
  return ok(derived);
}
