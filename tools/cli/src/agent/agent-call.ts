import { readCatalogue } from "@slipway/images/catalogue/read-catalogue";
import type { Catalogue } from "@slipway/images";
import type { Failure } from "@slipway/report";
import type { Result } from "@slipway/signature";
import { openAnswer } from "../answer.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../call.ts";
import { isWorkspace } from "../workspace.ts";

/** What the commands of `slipway agent` work with: definitions of the workspace that we stand in, and of the user. */
export type AgentCall = Answer & {
  /** Absolute; `undefined` outside of a workspace. */
  readonly workspaceRoot: string | undefined;
  readonly catalogue: () => Promise<Result<Catalogue, Failure>>;
};

export function openAgentCall(
  call: Pick<Call, "workspaceRoot">,
  options: { readonly json?: boolean } = {},
): AgentCall {
  const answer = openAnswer(options);
  const workspaceRoot = isWorkspace(call.workspaceRoot) ? call.workspaceRoot : undefined;
  return {
    ...answer,
    workspaceRoot,
    catalogue: () => readCatalogue({ workspaceRoot, variables: process.env }, answer.signal),
  };
}
