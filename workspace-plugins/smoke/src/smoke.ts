import { mkdir, open, rm } from "node:fs/promises";
import path from "node:path";
import { readSigningKey, signStatement } from "@slipway/attestation";
import type { SigningKey } from "@slipway/attestation";
import type { DefinitionFailure } from "@slipway/definitions";
import {
  canonicalJson,
  digestOf,
  ok,
  shortDigest,
  writeFileAtomically,
  writeJson,
} from "@slipway/signature/basics";
import type { SignatureFailure, Outcome, Result } from "@slipway/signature";
import { checkGoldens, compareRuns } from "./compare.ts";
import type { RunName, SmokeCause, SmokeFailure } from "./failure.ts";
import { readSmokeImage } from "./image.ts";
import type { SmokeImage } from "./image.ts";
import { readInputs } from "./input.ts";
import { openPhases } from "./phases.ts";
import type { Phases } from "./phases.ts";
import { placesOf, readDefinition } from "./project.ts";
import type { ReadDefinition, SmokePlaces, SmokeProject } from "./project.ts";
import { sealOf } from "./seal.ts";
import { runSealed } from "./sealed-run.ts";
import type { ContainerRunner, Log, SealedRun } from "./sealed-run.ts";
import { statementOf } from "./statement.ts";
import type { Claims, Observation } from "./statement.ts";
import { treeDigestOf, treeOf } from "./tree.ts";
import type { FileContent } from "./tree.ts";
import { variations } from "./variation.ts";

export type SmokePorts<Refusal> = {
  readonly run: ContainerRunner<Refusal>;
  readonly engine: Observation["engine"];
  /** Until the clock shows another second: two runs within one would agree on a time stamp in seconds. */
  readonly nextSecond: () => Promise<void>;
};

export type SmokeRequest = {
  readonly project: SmokeProject;
  readonly keyFile: string;
  readonly startedAt: Date;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
};

type AnyFailure<Refusal> = SmokeFailure | DefinitionFailure | SignatureFailure | Refusal;

/**
 * Runs the command of a `smoke.yml` twice, sealed and under different conditions, and signs what came of it. The
 * transcript is written last; a smoke that fails or is stopped leaves none, also not that of an earlier one.
 */
export async function runSmoke<Refusal>(
  ports: SmokePorts<Refusal>,
  request: SmokeRequest,
): Promise<Result<Outcome<SmokeCause>, AnyFailure<Refusal>>> {
  const places = placesOf(request.project);
  await rm(places.folder, { recursive: true, force: true });
  await mkdir(places.folder, { recursive: true });
  const phases = openPhases(request.progress);
  const prepared = await prepare(request, phases);
  if (!prepared.ok) return prepared;
  const runs = await runTwice(ports, request, prepared.value, phases);
  if (!runs.ok) return runs;
  const claims = claimsOf(request.project.name, prepared.value, runs.value, phases.states());
  const observation: Observation = {
    startedAt: request.startedAt.toISOString(),
    engine: ports.engine,
    phases: phases.durations(),
    networkAttempts: {
      first: runs.value.first.networkAttempts,
      second: runs.value.second.networkAttempts,
    },
  };
  return record(places, claims, observation, runs.value, prepared.value.key);
}

type Prepared = ReadDefinition & {
  readonly key: SigningKey;
  readonly inputs: readonly FileContent[];
  readonly image: SmokeImage;
};

async function prepare(
  { project, keyFile, signal }: SmokeRequest,
  phases: Phases,
): Promise<Result<Prepared, SmokeFailure | DefinitionFailure | SignatureFailure>> {
  const read = await readDefinition(project);
  if (!read.ok) return read;
  const { definition } = read.value;
  const key = await phases.enter("key", () => readSigningKey(keyFile));
  if (!key.ok) return key;
  const inputs = await phases.enter("inputs", () =>
    readInputs(project.folder, definition.inputs, signal),
  );
  if (!inputs.ok) return inputs;
  const { image: name, base } = definition;
  const image = await phases.enter("image", () =>
    readSmokeImage({ image: name, folder: project.imageFolder, base }),
  );
  if (!image.ok) return image;
  return ok({ ...read.value, key: key.value, inputs: inputs.value, image: image.value });
}

type Runs = Readonly<Record<RunName, SealedRun>>;

async function runTwice<Refusal>(
  { run: runner, nextSecond }: SmokePorts<Refusal>,
  { project, signal }: SmokeRequest,
  { definition, image, inputs }: Prepared,
  phases: Phases,
): Promise<Result<Runs, SmokeFailure | Refusal>> {
  const places = placesOf(project);
  await using log = await openLog(places.log);
  const runOnce = async (run: RunName): Promise<Result<SealedRun, SmokeFailure | Refusal>> => {
    await log.write(`--- ${run} run: ${definition.command.join(" ")}\n`);
    return runSealed(runner, { run, definition, image: image.imageId, inputs, log, signal });
  };
  const first = await phases.enter("first-run", () => runOnce("first"));
  if (!first.ok) return first;
  const second = await phases.enter("second-run", async () => {
    await nextSecond();
    return runOnce("second");
  });
  if (!second.ok) return second;
  const runs = { first: first.value, second: second.value };
  const compared = await phases.enter("compare", () => compare(places, runs));
  if (!compared.ok) return compared;
  const met = await phases.enter("golden", async () =>
    checkGoldens(definition.golden, runs.first.outputs),
  );
  return met.ok ? ok(runs) : met;
}

/** Leaves both versions of the first file that differs, to be looked at. */
async function compare(
  places: SmokePlaces,
  { first, second }: Runs,
): Promise<Result<void, SmokeFailure>> {
  const compared = compareRuns(first.outputs, second.outputs);
  if (compared.ok) return compared;
  for (const [name, { outputs }] of Object.entries({ first, second })) {
    const file = outputs.find(({ path: candidate }) => candidate === compared.failure.file);
    if (file !== undefined) await writeOutputs(path.join(places.differing, name), [file]);
  }
  return compared;
}

function claimsOf(
  project: string,
  { definition, digest, image, inputs }: Prepared,
  { first }: Runs,
  phases: Claims["phases"],
): Claims {
  const policy = sealOf(definition);
  return {
    schema: 1,
    project,
    definition: digest,
    image: { reference: image.reference, imageId: image.imageId, diffIds: image.diffIds },
    command: definition.command,
    inputs: treeClaim(inputs),
    seal: {
      policy: { ...policy },
      policyDigest: digestOf(canonicalJson(policy)),
      controls: [...first.controls],
    },
    variations: { applied: [...variations.applied], notApplied: [...variations.notApplied] },
    outputs: treeClaim(first.outputs),
    golden: definition.golden,
    phases,
  };
}

function treeClaim(contents: readonly FileContent[]): Claims["outputs"] {
  const files = treeOf(contents);
  return { digest: treeDigestOf(files), files: [...files] };
}

async function record(
  places: SmokePlaces,
  claims: Claims,
  observation: Observation,
  { first, second }: Runs,
  key: SigningKey,
): Promise<Result<Outcome<SmokeCause>, never>> {
  const statement = statementOf(claims, observation);
  const { claimsDigest } = statement.predicate;
  await writeOutputs(places.outputs, first.outputs);
  await writeJson(places.receipt, {
    schema: 1,
    claimsDigest,
    imageId: claims.image.imageId,
    outputs: claims.outputs.digest,
  });
  await writeFileAtomically(places.transcript, await signStatement(statement, key));
  return ok({
    state: "done",
    cause: "smoke-passed",
    facts: {
      claims: shortDigest(claimsDigest),
      image: claims.image.reference,
      inputs: claims.inputs.files.length,
      outputs: claims.outputs.files.length,
      "network attempts": (first.networkAttempts ?? 0) + (second.networkAttempts ?? 0),
      signer: shortDigest(key.hint),
    },
  });
}

async function writeOutputs(folder: string, files: readonly FileContent[]): Promise<void> {
  for (const file of files) {
    const mode = file.isExecutable ? 0o755 : 0o644;
    await writeFileAtomically(path.join(folder, file.path), file.bytes, { mode });
  }
}

const largestLogBytes = 32 * 2 ** 20;

async function openLog(file: string): Promise<Log & AsyncDisposable> {
  const handle = await open(file, "w");
  let left = largestLogBytes;
  return {
    file,
    write: async (text) => {
      const bytes = Buffer.from(text).subarray(0, left);
      left -= bytes.byteLength;
      if (bytes.byteLength > 0) await handle.write(bytes);
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}
