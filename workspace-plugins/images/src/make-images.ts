import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseYaml } from "@slipway/definitions";
import type { DefinitionFailure } from "@slipway/definitions";
import { exists, fail, ok, shortDigest } from "@slipway/signature";
import type { Outcome, Result } from "@slipway/signature";
import type { ZodType, output } from "zod";
import { buildAgent, buildBase } from "./build.ts";
import type { BuildSession } from "./build.ts";
import { AgentDefinition, BaseDefinition, ImageName } from "./definition.ts";
import type { ImagesCause, ImagesFailure } from "./failure.ts";
import type { Below } from "./layout.ts";
import { agentDockerfile, agentReference, baseReference } from "./names.ts";
import { readImageReceipt } from "./receipt.ts";
import type { ImageReceipt } from "./receipt.ts";

type Built = Promise<Result<Outcome<ImagesCause>, ImagesFailure>>;

/** A project folder, relative to the workspace, and its name. */
export type ImageProject = { readonly name: string; readonly folder: string };

/** The image of a base on the root file system whose layout is `rootfs`. */
export async function makeBase(session: BuildSession, base: ImageProject, rootfs: string): Built {
  const file = path.posix.join(base.folder, "base.yml");
  const name = checkName(base, file);
  if (!name.ok) return name;
  const definition = await readDefinition(session, file, BaseDefinition);
  if (!definition.ok) return definition;
  const below = await readBelow(session, rootfs, "rootfs:rootfs");
  if (!below.ok) return below;
  const { from_image: fromImage } = definition.value;
  const { receipt } = below.value;
  if (fromImage !== receipt.reference) {
    return fail({ reason: "from-image-unpinned", file, fromImage });
  }
  const built = await buildBase(session, {
    project: base.name,
    definitionFolder: base.folder,
    reference: baseReference(base.name),
    layoutFolder: path.posix.join(base.folder, "dist", "image"),
    logName: `base-${base.name}`,
    fromImage: `${fromImage.slice(0, fromImage.lastIndexOf(":"))}@${receipt.manifestDigest}`,
    below: below.value,
  });
  return built.ok ? outcomeOf([built.value]) : built;
}

/** The images of an agent, one on each of `bases`. The first that fails ends it. */
export async function makeAgent(
  session: BuildSession,
  agent: ImageProject,
  bases: readonly (ImageProject & { readonly project: string })[],
): Built {
  const agentFile = path.posix.join(agent.folder, "agent.yml");
  const name = checkName(agent, agentFile);
  if (!name.ok) return name;
  const definition = await readDefinition(session, agentFile, AgentDefinition);
  if (!definition.ok) return definition;
  for (const script of ["install.sh", "version.sh"]) {
    const file = path.posix.join(agent.folder, script);
    if (!(await exists(path.join(session.workspaceRoot, file)))) {
      return fail({ reason: "definition-missing", file });
    }
  }
  if (bases.length === 0) return fail({ reason: "agent-without-base", file: agentFile });
  const receipts: ImageReceipt[] = [];
  for (const base of bases) {
    const target = `${base.project}:image`;
    const below = await readBelow(session, path.posix.join(base.folder, "dist", "image"), target);
    if (!below.ok) return below;
    const built = await buildAgent(session, {
      project: agent.name,
      agent: agent.name,
      definitionFolder: agent.folder,
      dockerfile: agentDockerfile,
      reference: agentReference(agent.name, base.name),
      layoutFolder: path.posix.join(agent.folder, "dist", "image", base.name),
      logName: `${agent.name}-on-${base.name}`,
      base: below.value,
      baseTarget: target,
    });
    if (!built.ok) return built;
    receipts.push(built.value);
  }
  return outcomeOf(receipts);
}

/** Before anything is built: the name of the folder becomes part of image references, and an agent's command. */
function checkName({ name }: ImageProject, file: string): Result<undefined, ImagesFailure> {
  const parsed = ImageName.safeParse(name);
  if (parsed.success) return ok(undefined);
  const problem = parsed.error.issues.map(({ message }) => message).join("; ");
  return fail({ reason: "image-name-invalid", file, name, problem });
}

function outcomeOf(receipts: readonly ImageReceipt[]): Result<Outcome<ImagesCause>, never> {
  return ok({
    state: "done",
    cause: "image-built",
    facts: Object.fromEntries(
      receipts.map((receipt) => [
        receipt.reference,
        [receipt.agentVersion ?? "", shortDigest(receipt.imageId)].join(" ").trim(),
      ]),
    ),
  });
}

async function readDefinition<Schema extends ZodType>(
  session: BuildSession,
  file: string,
  schema: Schema,
): Promise<Result<output<Schema>, DefinitionFailure | ImagesFailure>> {
  const absolute = path.join(session.workspaceRoot, file);
  if (!(await exists(absolute))) return fail({ reason: "definition-missing", file });
  return parseYaml(file, await readFile(absolute, "utf8"), schema);
}

async function readBelow(
  session: BuildSession,
  folder: string,
  target: string,
): Promise<Result<Below, ImagesFailure>> {
  const receipt = await readImageReceipt(path.join(session.workspaceRoot, folder));
  return receipt === undefined
    ? fail({ reason: "receipt-missing", folder, target })
    : ok({ folder, receipt });
}
