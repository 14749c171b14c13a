import path from "node:path";
import type { Failure } from "@slipway/report";
import { ok } from "@slipway/signature/result";
import type { Result } from "@slipway/signature";
import { openAnswer } from "../answer.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../call.ts";
import { findAoProject } from "./ao-project.ts";
import type { AoProject } from "./ao-project.ts";

/** A task of an AO project outside of Nx. */
export type AoTask = AoProject &
  Pick<Answer, "signal" | "progress"> & {
    readonly workspaceRoot: string;
    readonly once: <Value>(question: string, ask: () => Promise<Value>) => Promise<Value>;
    readonly counted: () => void;
  };

/** What the commands of `slipway ao` work with. */
export type AoCall = Answer & {
  /** For the project of this folder or name; without one that we stand in. */
  readonly taskOf: (project: string | undefined) => Result<AoTask, Failure>;
  /** For the project in this folder of the workspace. */
  readonly taskAt: (projectRoot: string) => Result<AoTask, Failure>;
};

export function openAoCall(
  { workspaceRoot }: Pick<Call, "workspaceRoot">,
  options: { readonly json?: boolean | undefined } = {},
): AoCall {
  const answer = openAnswer({ json: options.json === true });
  const { signal, progress } = answer;
  const taskOf: AoCall["taskOf"] = (word) => {
    const project = findAoProject(workspaceRoot, word);
    if (!project.ok) return project;
    return ok({ ...project.value, workspaceRoot, signal, progress, once, counted: () => {} });
  };
  return {
    ...answer,
    taskOf,
    taskAt: (projectRoot) => taskOf(path.join(workspaceRoot, projectRoot)),
  };
}

async function once<Value>(_question: string, ask: () => Promise<Value>): Promise<Value> {
  return ask();
}
