import path from "node:path";
import { readTrust } from "@slipway/attestation";
import type { ImagesFailure, Matrix } from "@slipway/images";
import { identifyBuilt } from "@slipway/images/matrix/current-table";
import { planMatrix, recordOf } from "@slipway/images/matrix/plan-matrix";
import type { Records } from "@slipway/images/matrix/plan-matrix";
import { openPublished } from "@slipway/images/matrix/published";
import { imagesOf } from "@slipway/images/matrix/select-images";
import { readSourceImages } from "@slipway/images/matrix/source-images";
import type { SourceImage } from "@slipway/images/matrix/source-images";
import { readRecord } from "@slipway/images/tested/record";
import type { Failure } from "@slipway/report";
import { openLines } from "@slipway/report/lines";
import {
  disbeliefLines,
  limitLines,
  matrixJson,
  matrixRows,
  unknownLines,
} from "@slipway/report/matrix-rows";
import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { openRevision } from "../revision-checkout.ts";
import { parseRevisions } from "../revisions.ts";
import { tellFailure, tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import type { AgentCall } from "./agent-call.ts";
import { openAgentRegistry } from "./agent-registry.ts";

const options = {
  arch: { type: "string" },
  base: { type: "string" },
  bases: { type: "boolean" },
  json: { type: "boolean" },
  published: { type: "string" },
  tested: { type: "string" },
} as const;

const architectures: readonly string[] = ["amd64", "arm64"];

type Asked = {
  readonly arch?: string | undefined;
  readonly base?: string | undefined;
  readonly published?: string | undefined;
  readonly tested?: string | undefined;
};

/** What has to be built or tested of a workspace's images, for jobs of CI; builds nothing. */
export async function tellMatrix(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { json = false, bases = false, ...asked } = read.value.options;
  if (asked.arch !== undefined && !architectures.includes(asked.arch)) {
    const problem = `--arch is ${architectures.join(" or ")}`;
    return tellUsage({ reason: "arguments-invalid", problem });
  }
  const agentCall = openAgentCall(call, { json });
  const planned = await planIn(call.workspaceRoot, { ...asked, bases }, agentCall);
  if (!planned.ok) return tellFailure(planned.failure);
  const { matrix, failures } = planned.value;
  for (const line of [...unknownLines(matrix), ...limitLines(matrix)]) agentCall.progress(line);
  for (const failure of failures) await tellFailure(failure);
  // Nothing else may be in the object: GitHub takes each key for a dimension of the matrix.
  if (json) openLines().line(matrixJson(matrix.include));
  else agentCall.show({}, matrixRows(matrix));
  return failures.length === 0 ? 0 : 1;
}

type Planned = { readonly matrix: Matrix; readonly failures: readonly ImagesFailure[] };

async function planIn(
  workspaceRoot: string,
  asked: Asked & { readonly bases: boolean },
  agentCall: AgentCall,
): Promise<Result<Planned, Failure>> {
  const found = await readSourceImages(workspaceRoot, agentCall.signal);
  if (!found.ok) return found;
  const { images, failures } = found.value;
  const records = await openRecords(workspaceRoot, images, asked, agentCall);
  if (!records.ok) return records;
  const wanted = imagesOf(images, asked.bases ? "bases" : "agents", asked.arch);
  return ok({ matrix: await planMatrix(wanted, images, records.value), failures });
}

async function openRecords(
  workspaceRoot: string,
  images: readonly SourceImage[],
  { base, published, tested }: Asked,
  { signal, progress }: AgentCall,
): Promise<Result<Records, Failure>> {
  const asked =
    published === undefined ? ok(undefined) : openPublished(openAgentRegistry(signal), published);
  if (!asked.ok) return asked;
  const record =
    tested === undefined ? ok(undefined) : await readTested(workspaceRoot, tested, progress);
  if (!record.ok) return record;
  const revision =
    base === undefined ? ok(undefined) : await readRevision(workspaceRoot, base, signal);
  if (!revision.ok) return revision;
  return ok({
    published: asked.value,
    tested: record.value,
    revision: revision.value,
    built: identifyBuilt(workspaceRoot, images),
  });
}

async function readTested(
  workspaceRoot: string,
  file: string,
  progress: AgentCall["progress"],
): Promise<Result<Records["tested"], Failure>> {
  const trust = await readTrust(workspaceRoot);
  if (!trust.ok) return trust;
  const read = await readRecord(path.resolve(file), { trust: trust.value, now: new Date() });
  if (!read.ok) return read;
  for (const line of disbeliefLines(read.value.disbelieved)) progress(line);
  return ok(new Map(read.value.lines.map(({ key, ingredients }) => [key, ingredients])));
}

async function readRevision(
  workspaceRoot: string,
  text: string,
  signal: AbortSignal,
): Promise<Result<Records["revision"], Failure>> {
  const revisions = await parseRevisions(workspaceRoot, text);
  if (!revisions.ok) return revisions;
  const opened = await openRevision(workspaceRoot, revisions.value.base, signal);
  if (!opened.ok) return opened;
  await using checkout = opened.value;
  const found = await readSourceImages(checkout.root, signal);
  return found.ok ? ok(recordOf(found.value.images)) : found;
}
