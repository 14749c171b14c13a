import path from "node:path";
import type { ExecutorContext } from "@nx/devkit";
import { readPipeline } from "@slipway/pipelines";
import type { PipelinesFailure } from "@slipway/pipelines";
import { allSigned, ok, signWorkspace, writeSignatures } from "@slipway/signature";
import type {
  FileHasher,
  Outcome,
  Result,
  SignatureCause,
  SignatureFailure,
} from "@slipway/signature";
import type { Session } from "../session/session.ts";

/** Writes the signatures of all targets of the fleet to `dist/signatures.json` at the root of the workspace. */
export async function signFleet(
  session: Pick<Session, "workspaceRoot" | "projectRoot" | "signal">,
  context: Pick<ExecutorContext, "projectGraph" | "nxJsonConfiguration">,
  hash: FileHasher,
): Promise<Result<Outcome<SignatureCause>, PipelinesFailure | SignatureFailure>> {
  const { workspaceRoot, projectRoot, signal } = session;
  const pipeline = await readPipeline(workspaceRoot, projectRoot);
  if (!pipeline.ok) return pipeline;
  const signed = await signWorkspace({
    root: workspaceRoot,
    graph: context.projectGraph,
    namedInputs: context.nxJsonConfiguration.namedInputs,
    environment: process.env,
    hash,
    signal,
  });
  if (!signed.ok) return signed;
  const all = allSigned(signed.value);
  if (!all.ok) return all;
  return ok(await writeSignatures(path.join(workspaceRoot, "dist", "signatures.json"), all.value));
}
