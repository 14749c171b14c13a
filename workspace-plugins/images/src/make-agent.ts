import { readFile } from "node:fs/promises";
import path from "node:path";
import { exists, fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { makeImage } from "./build.ts";
import type { BuildSession, MadeImage } from "./build.ts";
import { definitionMembers } from "./context.ts";
import type { Member } from "./archive.ts";
import { AgentDefinition } from "./definition.ts";
import type { ImagesFailure } from "./failure.ts";
import { isAnyForbidden, nameInEngine, provide, readBelow } from "./image-needs.ts";
import type { LayoutSource } from "./image-needs.ts";
import { agentRows } from "./ingredient-rows.ts";
import { imagesLockName } from "./images-lock-name.ts";
import { lockedAgent } from "./images-lock.ts";
import { allKnown, engineIngredients } from "./ingredients.ts";
import type { CurrentIngredient } from "./ingredients.ts";
import { lockFolderOf, readLockOf } from "./locked/lock-of.ts";
import { agentEntry } from "./locked/now.ts";
import { agentDockerfile, agentLogName, agentReference, baseReference } from "./names.ts";
import { checkName, readDefinition } from "./read-definition.ts";
import { asScript } from "./scripts.ts";
import { sourceFile } from "./source-files.ts";
import { readVersion, verifyVersion } from "./sealed-run.ts";
import { versionSourceOf } from "./versions/version-script.ts";

export type AgentRequest = {
  readonly name: string;
  /** For the label of the image. */
  readonly project: string;
  /** Of the definition, absolute or relative to the workspace. */
  readonly folder: string;
  /** Relative to the workspace. */
  readonly layout: string;
  readonly base: LayoutSource & { readonly name: string };
  /** The Dockerfile of all agents, absolute or relative to the workspace. */
  readonly dockerfile?: string;
};

/** An agent's pinned version on a base; the agent in the image has to say that version. */
export async function makeAgent(
  session: BuildSession,
  agent: AgentRequest,
): Promise<Result<MadeImage, ImagesFailure>> {
  const definition = await readAgent(session, agent);
  if (!definition.ok) return definition;
  const { base, name } = agent;
  const below = await readBelow(session, base);
  if (!below.ok) return below;
  const need = { kind: "layout", below: below.value, target: base.target } as const;
  const folder = path.resolve(session.workspaceRoot, agent.folder);
  const listed = await definitionMembers(folder, "definition", session.signal);
  if (!listed.ok) return listed;
  const members = listed.value;
  const files = members.map((one) => ({
    ...one,
    name: path.posix.relative("definition", one.name),
  }));
  const locked = await lockedVersion(session, agent, members);
  if (!locked.ok) return locked;
  const dockerfileName = agent.dockerfile ?? agentDockerfile;
  const bytes = await readFile(path.resolve(session.workspaceRoot, dockerfileName));
  const dockerfile = { name: "Dockerfile", bytes };
  const ingredients = {
    ...agentRows({
      members,
      dockerfile: bytes,
      buildsLocally: definition.value.build_local || isAnyForbidden([need]),
    }),
    base: need.below.receipt.imageId,
    ...engineIngredients(session.engine),
  };
  return makeImage(session, {
    project: agent.project,
    reference: agentReference(name, base.name),
    subject: { kind: "agent", agent: name, base: base.name, on: baseReference(base.name) },
    layoutFolder: agent.layout,
    logName: agentLogName(name, base.name),
    ingredients: { ...allKnown(ingredients), version: locked.value },
    sources: {
      definition: { folder: agent.folder, members: files },
      dockerfile: sourceFile(dockerfileName, bytes),
    },
    prepare: async () => {
      const provided = await provide(session, need);
      if (!provided.ok) return provided;
      const scripts = members.map(asScript);
      const version =
        locked.value.state === "known"
          ? ok(locked.value.value)
          : await readVersion(session, need.below.receipt.imageId, {
              folder: agent.folder,
              definition: scripts,
            });
      if (!version.ok) return version;
      session.progress(`${name} ${version.value} on ${need.below.receipt.reference}`);
      return ok({
        below: need.below,
        standsOn: nameInEngine(need),
        steps: [
          {
            members: [...scripts, dockerfile],
            dockerfile: "Dockerfile",
            baseArgument: "BASE_IMAGE",
            buildArgs: { AGENT: name, AGENT_VERSION: version.value },
          },
        ],
        found: { version: version.value },
        agentVersion: version.value,
        verify: async (id, logFile) =>
          verifyVersion(session, { agent: name, id, logFile }, version.value),
      });
    },
  });
}

export async function readAgent(
  session: Pick<BuildSession, "workspaceRoot">,
  { name, folder }: Pick<AgentRequest, "name" | "folder">,
): Promise<Result<AgentDefinition, ImagesFailure>> {
  const definition = await readDefinition(session, folder, "agent", AgentDefinition);
  if (!definition.ok) return definition;
  const named = checkName(name, definition.value.file);
  if (!named.ok) return named;
  for (const script of ["install.sh", "version.sh"]) {
    const file = path.posix.join(folder, script);
    if (!(await exists(path.resolve(session.workspaceRoot, file)))) {
      return fail({ reason: "definition-missing", file });
    }
  }
  return ok(definition.value.value);
}

/**
 * The version that the lock file has of the definition that is here. Without one `version.sh` is asked, sealed off: its
 * answer follows from what the table has of it already.
 */
export async function lockedVersion(
  session: Pick<BuildSession, "workspaceRoot" | "isFrozen" | "userLockFolder">,
  { name, folder }: Pick<AgentRequest, "name" | "folder">,
  members: readonly Member[],
): Promise<Result<CurrentIngredient, ImagesFailure>> {
  const lock = await readLockOf(session, folder);
  if (!lock.ok) return lock;
  const entry = lockedAgent(lock.value, name);
  if (entry !== undefined && entry.definition === versionSourceOf(members)) {
    return ok({ state: "known", value: entry.version });
  }
  if (session.isFrozen !== true) return ok({ state: "unknown" });
  const open = [agentEntry(name)];
  return fail({
    reason: "images-lock-stale",
    file: path.join(lockFolderOf(session, folder), imagesLockName),
    ...(entry === undefined ? { missing: open, stale: [] } : { missing: [], stale: open }),
    command: `slipway agent lock ${name}`,
  });
}
