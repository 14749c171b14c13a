import { encodeAction } from "./action.ts";
import type { Digest } from "./digest.ts";
import type { SignatureFailure } from "./failure.ts";
import { listIngredients } from "./ingredients.ts";
import type { Ingredients, Tool, Upstream } from "./ingredients.ts";
import { openInputFiles } from "./input-files.ts";
import type { InputFiles, InputTree } from "./input-files.ts";
import type { LockedTools } from "./npm-lock.ts";
import { recordAction } from "./recorded-action.ts";
import type { RecordedAction } from "./recorded-action.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";
import type { TargetDefinition } from "./target.ts";
import { orderByUpstreams } from "./upstream-order.ts";

export type SignedTarget = {
  readonly definition: TargetDefinition;
  readonly signature: Digest;
  /** The signature that it would have without upstreams: what it declares itself, as it was found. */
  readonly own: () => Digest;
  /** All that went into the signature. Made when it is asked for: it names every file. */
  readonly action: () => Promise<RecordedAction>;
};

/** By id. A target that cannot be signed hides none but those that build on it. */
export type SignedTargets = ReadonlyMap<string, Result<SignedTarget, SignatureFailure>>;

/** Where the ingredients of actions are found. */
export type Sources = {
  readonly tree: InputTree;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly lockedTools: LockedTools;
  /** The user's own: another one, another signature of everything. */
  readonly salt: string;
};

/**
 * The work signature of each target. Every file that any of them needs is read once. `underivable` are targets that
 * have no definition, and why.
 */
export async function signTargets(
  definitions: readonly TargetDefinition[],
  sources: Sources,
  signal: AbortSignal,
  underivable: ReadonlyMap<string, SignatureFailure> = new Map(),
): Promise<SignedTargets> {
  const { ordered, cyclic } = orderByUpstreams(definitions);
  const groups = ordered.map((definition) => definition.inputs.filesets);
  const inputFiles = await openInputFiles(groups, sources.tree, signal);
  const signed = new Map<string, Result<SignedTarget, SignatureFailure>>();
  for (const [id, failure] of [...underivable, ...cyclic]) signed.set(id, fail(failure));
  for (const definition of ordered) {
    signed.set(definition.id, signTarget(definition, { ...sources, inputFiles, signed }));
  }
  return signed;
}

/** For those who can do nothing with a part: the first failure that is no other's consequence. */
export function allSigned(
  targets: SignedTargets,
): Result<ReadonlyMap<string, SignedTarget>, SignatureFailure> {
  const failures = [...targets.values()].flatMap((target) => (target.ok ? [] : [target.failure]));
  const root = failures.find(({ reason }) => reason !== "upstream-not-signed") ?? failures[0];
  if (root !== undefined) return fail(root);
  return ok(new Map([...targets].flatMap(([id, one]) => (one.ok ? [[id, one.value]] : []))));
}

function signTarget(
  definition: TargetDefinition,
  from: Sources & { readonly inputFiles: InputFiles; readonly signed: SignedTargets },
): Result<SignedTarget, SignatureFailure> {
  const upstreams = upstreamsOf(definition, from.signed);
  if (!upstreams.ok) return upstreams;
  const tools = toolsOf(definition, from.lockedTools);
  if (!tools.ok) return tools;
  const inputRoot = from.inputFiles.rootOf(definition.inputs.filesets);
  if (!inputRoot.ok) return inputRoot;
  const ingredients = listIngredients(definition, {
    inputRoot: inputRoot.value,
    environment: from.environment,
    tools: tools.value,
    upstreams: upstreams.value,
    salt: from.salt,
  });
  const { signature } = encodeAction(ingredients);
  const own = (): Digest => encodeAction({ ...ingredients, upstreams: [] }).signature;
  return ok({
    definition,
    signature,
    own,
    action: actionOf(ingredients, signature, from.inputFiles, definition),
  });
}

function actionOf(
  ingredients: Ingredients,
  signature: Digest,
  inputFiles: InputFiles,
  { inputs }: TargetDefinition,
): () => Promise<RecordedAction> {
  return async () =>
    recordAction(ingredients, await inputFiles.filesOf(inputs.filesets), signature);
}

function upstreamsOf(
  definition: TargetDefinition,
  signed: SignedTargets,
): Result<readonly Upstream[], SignatureFailure> {
  const target = definition.id;
  const upstreams: Upstream[] = [];
  for (const id of definition.upstreams) {
    const upstream = signed.get(id);
    if (upstream === undefined) return fail({ reason: "upstream-unknown", target, upstream: id });
    if (!upstream.ok) return fail(consequence(target, id, upstream.failure));
    upstreams.push({ id, signature: upstream.value.signature });
  }
  return ok(upstreams);
}

function consequence(
  target: string,
  upstream: string,
  failure: SignatureFailure,
): SignatureFailure {
  const reason = "upstream-not-signed";
  if (failure.reason === reason) return { ...failure, target, upstream };
  return { reason, target, upstream, root: upstream, rootReason: failure.reason };
}

function toolsOf(
  definition: TargetDefinition,
  lockedTools: LockedTools,
): Result<readonly Tool[], SignatureFailure> {
  const tools = new Map<string, Tool>();
  for (const name of definition.inputs.tools) {
    const found = lockedTools(name);
    if (found === undefined) {
      return fail({ reason: "tool-not-locked", target: definition.id, tool: name });
    }
    for (const tool of found) tools.set(`${tool.name}@${tool.version}`, tool);
  }
  return ok([...tools.values()]);
}
