import path from "node:path";
import { jobSignatures } from "@slipway/pipelines/job-signatures";
import { eventReaders, openStore } from "@slipway/pipelines/skipping";
import type { RunEvent, RunProvider, RunQuestion } from "@slipway/pipelines/skipping";
import { openUserRegistry } from "@slipway/registry";
import type { Failure } from "@slipway/report";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { readFileSync, statSync } from "@slipway/signature/file-system";
import { openWorkspaceTree } from "@slipway/signature/workspace-tree";
import { homedir } from "node:os";
import type { PipelinePlace } from "../pipeline-place.ts";

type Asked = {
  readonly provider: RunProvider;
  readonly workflow: string;
  readonly store: string;
  readonly event: RunEvent["event"] | undefined;
  readonly signal: AbortSignal;
};

/** What a run of a provider asks with: the signatures of its checkout, its event, and where successes are kept. */
export async function runQuestion(
  { root, file }: PipelinePlace,
  { provider, workflow, store: address, event, signal }: Asked,
): Promise<Result<Omit<RunQuestion, "isForced">, Failure>> {
  const absolute = path.join(root, file);
  if (statSync(absolute, { throwIfNoEntry: false }) === undefined) {
    return fail({ reason: "pipeline-missing", file });
  }
  const environment = process.env;
  const registry = () => openUserRegistry({ home: homedir(), environment }, { signal });
  const store = openStore(address, { root, environment, registry, signal });
  if (!store.ok) return store;
  const tree = await openWorkspaceTree(root, signal);
  if (!tree.ok) return tree;
  const text = { file, text: readFileSync(absolute, "utf8") };
  const signed = await jobSignatures(text, { tree: tree.value, environment }, signal);
  if (!signed.ok) return signed;
  const read = eventReaders[provider](environment);
  return ok({
    text,
    workflow,
    event: { ...read, event: event ?? read.event },
    signatures: signed.value.signatures,
    store: store.value,
  });
}
