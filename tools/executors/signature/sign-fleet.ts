import path from "node:path";
import type { ExecutorContext } from "@nx/devkit";
import { readPipeline } from "@slipway/pipelines";
import type { PipelinesFailure } from "@slipway/pipelines";
import {
  allSigned,
  ok,
  openWorkspaceTree,
  signWorkspace,
  writeSignatures,
} from "@slipway/signature";
import type { Outcome, Result, SignatureCause, SignatureFailure } from "@slipway/signature";
import type { Session } from "../session/session.ts";

/** Writes the signatures of all targets of the fleet to `dist/signatures.json` at the root of the workspace. */
export async function signFleet(
  session: Pick<Session, "workspaceRoot" | "projectRoot" | "signal">,
  context: Pick<ExecutorContext, "projectGraph" | "nxJsonConfiguration">,
): Promise<Result<Outcome<SignatureCause>, PipelinesFailure | SignatureFailure>> {
  const { workspaceRoot, projectRoot, signal } = session;
  const pipeline = await readPipeline(workspaceRoot, projectRoot);
  if (!pipeline.ok) return pipeline;
  const tree = await openWorkspaceTree(workspaceRoot, signal);
  if (!tree.ok) return tree;
  const signed = await signWorkspace({
    tree: tree.value,
    graph: context.projectGraph,
    namedInputs: context.nxJsonConfiguration.namedInputs,
    environment: process.env,
    signal,
  });
  await tree.value.save();
  if (!signed.ok) return signed;
  const all = allSigned(signed.value);
  if (!all.ok) return all;
  return ok(await writeSignatures(path.join(workspaceRoot, "dist", "signatures.json"), all.value));
}
