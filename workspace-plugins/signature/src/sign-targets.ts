import { encodeAction } from "./action.ts";
import type { Digest } from "./digest.ts";
import type { ProbeFailure, SignatureFailure } from "./failure.ts";
import { unmatchedPatterns } from "./fileset.ts";
import { listIngredients } from "./ingredients.ts";
import type { Tool, Upstream } from "./ingredients.ts";
import { openInputFiles } from "./input-files.ts";
import type { InputFiles, InputTree } from "./input-files.ts";
import { readJsonFields } from "./json-fields.ts";
import type { JsonIngredient } from "./json-fields.ts";
import type { LockedTools } from "./npm-lock.ts";
import type { ProbeTool } from "./probe.ts";
import { recordAction, recordFile } from "./recorded-action.ts";
import type { RecordedAction, RecordedFile } from "./recorded-action.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";
import type { SecretKey } from "./secret.ts";
import type { Fileset, TargetDefinition } from "./target.ts";
import { orderByUpstreams } from "./upstream-order.ts";

export type SignedTarget = {
  readonly definition: TargetDefinition;
  readonly signature: Digest;
  /** The signature that it would have without upstreams: what it declares itself, as it was found. */
  readonly own: () => Digest;
  /** All that went into the signature. Made when it is asked for: it names every file. */
  readonly action: () => Promise<RecordedAction>;
  /** Every file that counts, by its fields too, as it was found. */
  readonly readFiles: () => Promise<ReadFiles>;
  /** Declared patterns for files that match none. */
  readonly unmatchedPatterns: () => readonly string[];
};

export type ReadFiles = {
  readonly files: readonly RecordedFile[];
  readonly filesets: readonly Fileset[];
};

/** By id. A target that cannot be signed hides none but those that build on it. */
export type SignedTargets = ReadonlyMap<string, Result<SignedTarget, SignatureFailure>>;

/** Where the ingredients of actions are found. */
export type Sources = {
  readonly tree: InputTree;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly lockedTools: LockedTools;
  readonly probe: ProbeTool;
  readonly secretKey: SecretKey;
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
  const [inputFiles, probed, jsonFields] = await Promise.all([
    openInputFiles(groups, sources.tree, signal),
    runProbes(ordered, sources.probe, signal),
    readAllJsonFields(ordered, sources.tree),
  ]);
  const signed = new Map<string, Result<SignedTarget, SignatureFailure>>();
  for (const [id, failure] of [...underivable, ...cyclic]) signed.set(id, fail(failure));
  for (const definition of ordered) {
    signed.set(
      definition.id,
      signTarget(definition, { ...sources, inputFiles, probed, jsonFields, signed, signal }),
    );
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
  from: Sources & {
    readonly inputFiles: InputFiles;
    readonly probed: Probed;
    readonly jsonFields: JsonOfTargets;
    readonly signed: SignedTargets;
    readonly signal: AbortSignal;
  },
): Result<SignedTarget, SignatureFailure> {
  const upstreams = upstreamsOf(definition, from.signed);
  if (!upstreams.ok) return upstreams;
  const tools = toolsOf(definition, from.lockedTools);
  if (!tools.ok) return tools;
  const probes = probesOf(definition, from.probed);
  if (!probes.ok) return probes;
  const jsonFields = from.jsonFields.get(definition.id) ?? ok([]);
  if (!jsonFields.ok) return jsonFields;
  const inputRoot = from.inputFiles.rootOf(definition.inputs.filesets);
  if (!inputRoot.ok) return inputRoot;
  const ingredients = listIngredients(definition, {
    inputRoot: inputRoot.value,
    environment: from.environment,
    tools: tools.value,
    probes: probes.value,
    jsonFields: jsonFields.value,
    upstreams: upstreams.value,
    salt: from.salt,
  });
  const { signature } = encodeAction(ingredients);
  const own = (): Digest => encodeAction({ ...ingredients, upstreams: [] }).signature;
  return ok({
    definition,
    signature,
    own,
    unmatchedPatterns: () =>
      definition.inputs.filesets.flatMap((fileset) =>
        unmatchedPatterns(fileset, from.tree.listing),
      ),
    action: async () => {
      const files = await from.inputFiles.filesOf(definition.inputs.filesets);
      return recordAction(ingredients, files, { signature, secretKey: from.secretKey });
    },
    readFiles: async () => {
      const { filesets, jsonFields: fields = [] } = definition.inputs;
      const byFields = fields.map(({ pattern }) => [
        { patterns: [pattern], includesIgnored: false },
      ]);
      const opened = await openInputFiles(byFields, from.tree, from.signal);
      const groups = [from.inputFiles.filesOf(filesets), ...byFields.map(opened.filesOf)];
      const files = (await Promise.all(groups)).flat().map(recordFile);
      const unique = [...new Map(files.map((file) => [file.path, file])).values()];
      return { files: unique, filesets: [...filesets, ...byFields.flat()] };
    },
  });
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

const probesAtOnce = 4;

/** What each command printed. */
type Probed = ReadonlyMap<string, Result<string, ProbeFailure>>;

/** Each once, however many targets declare it. */
async function runProbes(
  definitions: readonly TargetDefinition[],
  probe: ProbeTool,
  signal: AbortSignal,
): Promise<Probed> {
  const waiting = [...new Set(definitions.flatMap(({ inputs }) => inputs.probes ?? []))];
  const probed = new Map<string, Result<string, ProbeFailure>>();
  const takeTurns = async (): Promise<void> => {
    for (let command = waiting.pop(); command !== undefined; command = waiting.pop()) {
      probed.set(command, await probe(command, signal));
    }
  };
  await Promise.all(Array.from({ length: probesAtOnce }, takeTurns));
  return probed;
}

function probesOf(
  { inputs }: TargetDefinition,
  probed: Probed,
): Result<readonly Tool[], ProbeFailure> {
  const probes: Tool[] = [];
  for (const command of new Set(inputs.probes)) {
    const output = probed.get(command);
    if (output === undefined) throw new Error(`internal: ${command} was not run`);
    if (!output.ok) return output;
    probes.push({ name: command, version: output.value });
  }
  return ok(probes);
}

type JsonOfTargets = ReadonlyMap<string, Result<readonly JsonIngredient[], SignatureFailure>>;

async function readAllJsonFields(
  definitions: readonly TargetDefinition[],
  tree: InputTree,
): Promise<JsonOfTargets> {
  const found = new Map<string, Result<readonly JsonIngredient[], SignatureFailure>>();
  for (const { id, inputs } of definitions) {
    if (inputs.jsonFields === undefined) continue;
    found.set(id, await readJsonFields(inputs.jsonFields, tree.listing));
  }
  return found;
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
