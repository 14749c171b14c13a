import type { ExecutorContext } from "@nx/devkit";
import {
  makeAgent,
  makeBase,
  makeExtended,
  openEngine,
  openUserTurns,
  outcomeOf,
  readBuildAccess,
  readSource,
} from "@slipway/images";
import type { BuildRecord, BuildSession, ImagesFailure, MadeImage } from "@slipway/images";
import { findUserCredential } from "@slipway/registry";
import { userHome } from "@slipway/registry/user-home";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { output } from "zod";
import { runTask } from "../session/run-task.ts";
import type { PlannedTarget } from "../session/run-plan.ts";
import type { Session } from "../session/session.ts";
import { readWorkspaceName } from "../session/workspace-name.ts";
import { Options } from "./options.ts";

export default async function image(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: makeOne });
}

async function makeOne(session: Session, options: output<typeof Options>) {
  if (options.kind === "refused") return fail(options.refusal);
  const { workspaceRoot, signal, progress } = session;
  const counted = (question: string): void => session.counted("engine", question);
  const opened = await openEngine({ counted, signal });
  if (!opened.ok) return opened;
  using engine = opened.value;
  await engine.reap();
  const planned = await session.planned();
  const made = await makeKind(
    {
      workspaceRoot,
      workspace: readWorkspaceName(workspaceRoot),
      engine,
      access: await readBuildAccess(process.env, signal),
      turns: openUserTurns(process.env, { signal, progress }),
      isFrozen: options.frozen ?? isFrozenHere(process.env),
      builds: isAsAtLastSuccess(planned) ? "when-needed" : "always",
      record: async () => recordOf(planned, await readSource(workspaceRoot, signal)),
      findCredential: findUserCredential({ home: userHome(), environment: process.env }, signal),
      signal,
      progress,
    },
    { project: session.projectName, folder: session.projectRoot },
    options,
  );
  return made.ok ? ok(outcomeOf(made.value)) : made;
}

/** Nx hashes every byte of a definition: what is told by its meaning to be as it was is built only if its parts differ. */
function isAsAtLastSuccess(planned: PlannedTarget | undefined): boolean {
  return planned?.state === "signed" && planned.differences.length === 0;
}

/** `SLIPWAY_FROZEN`, which the target declares as an input. */
function isFrozenHere({ SLIPWAY_FROZEN = "" }: NodeJS.ProcessEnv): boolean {
  return !["", "0", "false"].includes(SLIPWAY_FROZEN);
}

function recordOf(
  planned: PlannedTarget | undefined,
  source: BuildRecord["source"] | undefined,
): BuildRecord {
  return {
    ...(planned?.state === "signed" ? { workSignature: planned.action.signature } : {}),
    ...(source === undefined ? {} : { source }),
  };
}

type Made = Exclude<output<typeof Options>, { readonly kind: "refused" }>;

async function makeKind(
  build: BuildSession,
  own: { readonly project: string; readonly folder: string },
  options: Made,
): Promise<Result<MadeImage, ImagesFailure>> {
  switch (options.kind) {
    case "base":
      return makeBase(build, { ...own, ...options, rootfs: options.rootfs });
    case "agent":
      return makeAgent(build, { ...own, ...options });
    case "extended":
      return makeExtended(build, { ...own, ...options, agent: options.agent });
  }
}
