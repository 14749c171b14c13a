import path from "node:path";
import { readSigningKey, readTrust, signingKeyFile } from "@slipway/attestation";
import { identifyBuilt } from "@slipway/images/matrix/current-table";
import { planMatrix } from "@slipway/images/matrix/plan-matrix";
import { selectReferences } from "@slipway/images/matrix/select-images";
import { readSourceImages } from "@slipway/images/matrix/source-images";
import type { SourceImage } from "@slipway/images/matrix/source-images";
import { readRecord } from "@slipway/images/tested/record";
import type { Belief } from "@slipway/images/tested/record";
import { mergeTested, recordTested } from "@slipway/images/tested/record-tested";
import type { Failure } from "@slipway/report";
import { disbeliefLines, matrixRows } from "@slipway/report/matrix-rows";
import { ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellFailure, tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import type { AgentCall } from "./agent-call.ts";

/** At the root of a workspace, to be committed; one that a job hands to the next lies elsewhere. */
const usualFile = "slipway.tested.jsonl";

const options = { tested: { type: "string" }, json: { type: "boolean" } } as const;
const mergeOptions = { out: { type: "string" }, json: { type: "boolean" } } as const;

/** Notes that images which were built here have passed. */
export async function recordPassed(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [1, 1000] });
  if (!read.ok) return tellUsage(read.failure);
  const { options: given, words } = read.value;
  const agentCall = openAgentCall(call, given);
  const record = await openRecord(call, given.tested, agentCall);
  if (!record.ok) return agentCall.tell(record);
  const key = await readSigningKey(signingKeyFile(process.env));
  if (!key.ok) return agentCall.tell(key);
  const found = await readSourceImages(call.workspaceRoot, agentCall.signal);
  if (!found.ok) return agentCall.tell(found);
  const { images } = found.value;
  const references = selectReferences(images, words);
  if (!references.ok) return agentCall.tell(references);
  const writing = { ...record.value, key: key.value };
  return tellWritten(await recordTested(references.value, images, writing), agentCall);
}

/** Makes the records of several jobs one. */
export async function mergePassed(call: Call): Promise<number> {
  const read = readArguments(call.args, { options: mergeOptions, words: [1, 1000] });
  if (!read.ok) return tellUsage(read.failure);
  const { options: given, words } = read.value;
  const agentCall = openAgentCall(call, given);
  const record = await openRecord(call, given.out, agentCall);
  if (!record.ok) return agentCall.tell(record);
  const files = words.map((word) => path.resolve(word));
  return tellWritten(await mergeTested(files, record.value), agentCall);
}

/** Whether images as they would be made now have passed; 1 where one has not. */
export async function checkPassed(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [0, 1000] });
  if (!read.ok) return tellUsage(read.failure);
  const { options: given, words } = read.value;
  const agentCall = openAgentCall(call, given);
  const record = await openRecord(call, given.tested, agentCall);
  if (!record.ok) return agentCall.tell(record);
  const passed = await readRecord(record.value.file, record.value.belief);
  if (!passed.ok) return agentCall.tell(passed);
  for (const line of disbeliefLines(passed.value.disbelieved)) agentCall.progress(line);
  const found = await readSourceImages(call.workspaceRoot, agentCall.signal);
  if (!found.ok) return agentCall.tell(found);
  const { images, failures } = found.value;
  const wanted = wantedOf(images, words);
  if (!wanted.ok) return agentCall.tell(wanted);
  for (const failure of failures) await tellFailure(failure);
  const matrix = await planMatrix(wanted.value, images, {
    published: undefined,
    tested: new Map(passed.value.lines.map(({ key, ingredients }) => [key, ingredients])),
    revision: undefined,
    built: identifyBuilt(call.workspaceRoot, images),
  });
  const { include: untested, of } = matrix;
  agentCall.show({ untested, tested: of - untested.length, of }, matrixRows(matrix));
  return untested.length === 0 && failures.length === 0 ? 0 : 1;
}

/** Those that are named, else all that may not be redistributed: the others are looked for in a registry. */
function wantedOf(
  images: readonly SourceImage[],
  words: readonly string[],
): Result<readonly SourceImage[], Failure> {
  const agents = images.filter(({ image }) => image.folder.kind !== "base");
  if (words.length === 0) return ok(agents.filter(({ image }) => image.buildsLocally));
  const references = selectReferences(images, words);
  return references.ok
    ? ok(images.filter(({ image }) => references.value.includes(image.reference)))
    : references;
}

async function openRecord(
  { workspaceRoot }: Call,
  file: string | undefined,
  { signal }: AgentCall,
) {
  const trust = await readTrust(workspaceRoot);
  if (!trust.ok) return trust;
  const belief: Belief = { trust: trust.value, now: new Date() };
  const chosen = file === undefined ? path.join(workspaceRoot, usualFile) : path.resolve(file);
  return ok({ workspaceRoot, file: chosen, belief, signal });
}

async function tellWritten(
  written: Awaited<ReturnType<typeof mergeTested>>,
  { progress, tell }: AgentCall,
): Promise<number> {
  if (!written.ok) return tell(written);
  const { outcome, disbelieved } = written.value;
  for (const line of disbeliefLines(disbelieved)) progress(line);
  const result: Result<Outcome, Failure> = ok(outcome);
  return tell(result);
}
