import { readFile } from "node:fs/promises";
import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { Member } from "./archive.ts";
import { makeImage } from "./build.ts";
import type { BuildSession, BuildStep, MadeImage } from "./build.ts";
import { definitionMembers, digestOfMembers, splitDockerfile } from "./context.ts";
import { ExtendedImageDefinition, ExtensionDefinition } from "./definition.ts";
import type { ImagesFailure } from "./failure.ts";
import {
  isAnyForbidden,
  nameInEngine,
  pinDockerfile,
  provideAll,
  readBelow,
} from "./image-needs.ts";
import type { ImageNeed, LayoutSource } from "./image-needs.ts";
import { extensionRows } from "./ingredient-rows.ts";
import { allKnown, engineIngredients, forbidden } from "./ingredients.ts";
import type { Ingredients } from "./ingredients.ts";
import { readPinsOf } from "./locked/lock-of.ts";
import { extendedLogName, extensionDockerfile, inLayerOrder, splitReference } from "./names.ts";
import { checkName, readDefinition } from "./read-definition.ts";
import { asScript } from "./scripts.ts";
import { sourceFile } from "./source-files.ts";
import type { SourceFolder, Sources } from "./source-files.ts";
import { verifyVersion } from "./sealed-run.ts";

export type ExtendedRequest = {
  readonly reference: string;
  /** For the label of the image. */
  readonly project: string;
  /** Of `image-extended.yml`, absolute or relative to the workspace. `undefined`: it was chosen without one. */
  readonly folder: string | undefined;
  /** Relative to the workspace. */
  readonly layout: string;
  /** `undefined`: the definition names none that can be. */
  readonly agent: (LayoutSource & { readonly name: string }) | undefined;
  /** In any order; folders are absolute or relative to the workspace. */
  readonly extensions: readonly { readonly name: string; readonly folder: string }[];
  /** Images of the workspace that the Dockerfiles of extensions name. */
  readonly images: readonly LayoutSource[];
  /** The Dockerfile that runs scripts, absolute or relative to the workspace. */
  readonly dockerfile?: string;
};

/** An agent's image with extensions on it; the agent has to answer with its version still. */
export async function makeExtended(
  session: BuildSession,
  image: ExtendedRequest,
): Promise<Result<MadeImage, ImagesFailure>> {
  if (image.folder !== undefined) {
    const definition = await readDefinition(
      session,
      image.folder,
      "image-extended",
      ExtendedImageDefinition,
    );
    if (!definition.ok) return definition;
  }
  const { agent } = image;
  if (agent === undefined) throw new Error("internal: a sound extended image without an agent");
  const extensions = await readExtensions(session, image);
  if (!extensions.ok) return extensions;
  const below = await readBelow(session, agent);
  if (!below.ok) return below;
  const need = { kind: "layout", below: below.value, target: agent.target } as const;
  const planned = await planSteps(session, image, extensions.value);
  if (!planned.ok) return planned;
  const { steps, needs, ingredients, sources } = planned.value;
  const { imageId, agentVersion, inputs } = need.below.receipt;
  return makeImage(session, {
    project: image.project,
    reference: image.reference,
    subject: {
      kind: "extended",
      agent: agent.name,
      base: splitReference(agent.reference)[1],
      extensions: extensions.value.filter(({ kind }) => kind !== "none").map(({ name }) => name),
      on: agent.reference,
    },
    layoutFolder: image.layout,
    logName: extendedLogName(image.reference),
    ingredients: allKnown({
      reference: image.reference,
      base: imageId,
      redistribution: isAnyForbidden(needs) ? forbidden : (inputs["redistribution"] ?? forbidden),
      ...ingredients,
      ...engineIngredients(session.engine),
    }),
    sources,
    prepare: async () => {
      // Without a step the engine has nothing to do: it is the agent's image under another name.
      const provided = await provideAll(session, steps.length === 0 ? [] : [need, ...needs]);
      if (!provided.ok) return provided;
      return ok({
        below: need.below,
        standsOn: nameInEngine(need),
        steps,
        found: {},
        ...(agentVersion === undefined ? {} : { agentVersion }),
        verify: async (id: Digest, logFile: string) =>
          agentVersion === undefined
            ? ok(undefined)
            : verifyVersion(session, { agent: agent.name, id, logFile }, agentVersion),
      });
    },
  });
}

/** `script`: its scripts are run by the Dockerfile of all. `none`: it has shares alone, and no layer. */
type Extension = {
  readonly name: string;
  readonly folder: string;
  readonly kind: "script" | "dockerfile" | "none";
  readonly hasDockerfile: boolean;
  readonly dockerfile: { readonly name: string; readonly bytes: Uint8Array } | undefined;
  /** Without its Dockerfile. */
  readonly members: readonly Member[];
  readonly files: readonly Member[];
  /** Of `files`. */
  readonly digest: Digest;
};

/** In the order of layers. */
export async function readExtensions(
  session: Pick<BuildSession, "workspaceRoot" | "signal">,
  image: Pick<ExtendedRequest, "extensions">,
): Promise<Result<readonly Extension[], ImagesFailure>> {
  const read: Extension[] = [];
  for (const one of image.extensions) {
    const extension = await readExtension(session, one);
    if (!extension.ok) return extension;
    read.push(extension.value);
  }
  return ok(inLayerOrder(read));
}

async function readExtension(
  session: Pick<BuildSession, "workspaceRoot" | "signal">,
  { name, folder }: ExtendedRequest["extensions"][number],
): Promise<Result<Extension, ImagesFailure>> {
  const definition = await readDefinition(session, folder, "extension", ExtensionDefinition);
  if (!definition.ok) return definition;
  const { file, value } = definition.value;
  const named = checkName(name, file);
  if (!named.ok) return named;
  const absolute = path.resolve(session.workspaceRoot, folder);
  const listed = await definitionMembers(absolute, "", session.signal);
  if (!listed.ok) return listed;
  const { dockerfile, others } = splitDockerfile(listed.value);
  const hasScripts = others.some((member) => isScript(member.name));
  const withoutDockerfile = hasScripts ? "script" : "none";
  const kind = dockerfile === undefined ? withoutDockerfile : "dockerfile";
  if (kind === "none" && value.shares.length === 0) {
    return fail({ reason: "extension-empty", file });
  }
  const digest = digestOfMembers(listed.value);
  const hasDockerfile = dockerfile !== undefined;
  const files = listed.value;
  return ok({ name, folder, kind, hasDockerfile, dockerfile, members: others, files, digest });
}

function isScript(name: string): boolean {
  return /^scripts\/[^/]+\.sh$/.test(name);
}

type PlannedSteps = {
  readonly steps: readonly BuildStep[];
  readonly needs: readonly ImageNeed[];
  readonly ingredients: Ingredients;
  readonly sources: Sources;
};

async function planSteps(
  session: BuildSession,
  image: ExtendedRequest,
  extensions: readonly Extension[],
): Promise<Result<PlannedSteps, ImagesFailure>> {
  const steps: BuildStep[] = [];
  const needs: ImageNeed[] = [];
  const layered = extensions.filter(({ kind }) => kind !== "none");
  const scripts = extensions.filter(({ kind }) => kind === "script");
  const scriptsFile = image.dockerfile ?? extensionDockerfile;
  const ofScripts =
    scripts.length > 0
      ? await readFile(path.resolve(session.workspaceRoot, scriptsFile))
      : undefined;
  const ingredients: Record<string, string> = { ...extensionRows(layered, ofScripts) };
  if (ofScripts !== undefined) {
    steps.push({
      members: [{ name: "Dockerfile", bytes: ofScripts }, ...scripts.flatMap(scriptMembers)],
      dockerfile: "Dockerfile",
      baseArgument: "BASE_IMAGE",
      buildArgs: { EXTENSIONS: scripts.map(({ name }) => name).join(" ") },
    });
  }
  for (const { name, folder, dockerfile, members } of layered) {
    if (dockerfile === undefined) continue;
    const file = path.posix.join(folder, "Dockerfile");
    const pins = await readPinsOf(session, folder);
    if (!pins.ok) return pins;
    const from = { images: image.images, ...pins.value };
    const pinned = await pinDockerfile(session, { ...dockerfile, file }, from);
    if (!pinned.ok) return pinned;
    needs.push(...pinned.value.needs);
    Object.assign(ingredients, pinned.value.ingredients);
    steps.push({
      members: [...members, pinned.value.member],
      dockerfile: "Dockerfile",
      baseArgument: "BASE_IMAGE",
      buildArgs: { EXTENSION: name },
    });
  }
  const sources = {
    ...Object.fromEntries(layered.map((one, at) => [`extension ${at + 1}`, sourceOf(one)])),
    ...(ofScripts === undefined ? {} : { dockerfile: sourceFile(scriptsFile, ofScripts) }),
  };
  return ok({ steps, needs, ingredients, sources });
}

/** By its name too: another one may come to stand in its place. */
function sourceOf({ name: extension, folder, files }: Extension): SourceFolder {
  const members = files.map((one) => ({ ...one, name: `${extension}/${one.name}` }));
  return { folder: path.posix.dirname(folder), members };
}

/** Its files below `extensions/<name>`. */
function scriptMembers({ name: extension, members }: Extension): readonly Member[] {
  return members.map((member) => ({
    ...(isScript(member.name) ? asScript(member) : member),
    name: `extensions/${extension}/${member.name}`,
  }));
}
