import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { makeImage } from "./build.ts";
import type { BuildSession, MadeImage } from "./build.ts";
import { definitionMembers, splitDockerfile } from "./context.ts";
import { BaseDefinition } from "./definition.ts";
import type { ImageFacts } from "./engine-port.ts";
import type { ImagesFailure } from "./failure.ts";
import {
  findNeed,
  ingredientOf,
  isAnyForbidden,
  nameInEngine,
  pinDockerfile,
  provideAll,
  readBelow,
} from "./image-needs.ts";
import type { ImageNeed, LayoutSource } from "./image-needs.ts";
import { lockedImage } from "./images-lock.ts";
import { baseRows } from "./ingredient-rows.ts";
import { allKnown, engineIngredients, forbidden } from "./ingredients.ts";
import { hasBlobs } from "./layout.ts";
import type { Below } from "./layout.ts";
import { readPinsOf } from "./locked/lock-of.ts";
import type { Pins } from "./locked/lock-of.ts";
import { baseLogName, baseReference } from "./names.ts";
import { sourceFile } from "./source-files.ts";
import { checkName, readDefinition } from "./read-definition.ts";

export type BaseRequest = {
  readonly name: string;
  /** For the label of the image. */
  readonly project: string;
  /** Of the definition, absolute or relative to the workspace. */
  readonly folder: string;
  /** Relative to the workspace. */
  readonly layout: string;
  /** The layout of the root file system, where there is one. */
  readonly rootfs: Omit<LayoutSource, "reference"> | undefined;
  /** Images of the workspace that the definition names. */
  readonly images: readonly LayoutSource[];
};

/** The image of a base: its own Dockerfile on what `from_image` names. */
export async function makeBase(
  session: BuildSession,
  base: BaseRequest,
): Promise<Result<MadeImage, ImagesFailure>> {
  const definition = await readDefinition(session, base.folder, "base", BaseDefinition);
  if (!definition.ok) return definition;
  const { file, value } = definition.value;
  const name = checkName(base.name, file);
  if (!name.ok) return name;
  const pins = await readPinsOf(session, base.folder);
  if (!pins.ok) return pins;
  const from = await findFromImage(session, base, {
    file,
    reference: value.from_image,
    ...pins.value,
  });
  if (!from.ok) return from;
  const folder = path.resolve(session.workspaceRoot, base.folder);
  const members = await definitionMembers(folder, "", session.signal);
  if (!members.ok) return members;
  const { dockerfile, others } = splitDockerfile(members.value);
  const dockerfileName = path.posix.join(base.folder, "Dockerfile");
  if (dockerfile === undefined) return fail({ reason: "definition-missing", file: dockerfileName });
  const pinned = await pinDockerfile(
    session,
    { name: "Dockerfile", bytes: dockerfile.bytes, file: dockerfileName },
    { images: base.images, ...pins.value },
  );
  if (!pinned.ok) return pinned;
  const { need, below } = from.value;
  const needs = [...(need === undefined ? [] : [need]), ...pinned.value.needs];
  const ingredients = {
    ...baseRows({ others, dockerfile: dockerfile.bytes }),
    ...(need === undefined ? { "from-image": "scratch" } : fromIngredient(need)),
    ...pinned.value.ingredients,
    ...(isAnyForbidden(needs) ? { redistribution: forbidden } : {}),
    ...engineIngredients(session.engine),
  };
  return makeImage(session, {
    project: base.project,
    reference: baseReference(base.name),
    subject: { kind: "base", base: base.name, on: value.from_image },
    layoutFolder: base.layout,
    logName: baseLogName(base.name),
    ingredients: allKnown(ingredients),
    sources: {
      definition: { folder: base.folder, members: others },
      dockerfile: sourceFile(dockerfileName, dockerfile.bytes),
    },
    prepare: async () => {
      const nearest = await nearestOf(session, from.value);
      if (!nearest.ok) return nearest;
      const lowest = nearest.value;
      const all = [...(lowest === undefined ? [] : [lowest]), ...pinned.value.needs];
      const provided = await provideAll(session, all);
      if (!provided.ok) return provided;
      const pulled = below === undefined ? await pulledImage(session, need) : ok(nothingPulled);
      if (!pulled.ok) return pulled;
      return ok({
        below,
        pulled: pulled.value.diffIds,
        pulledLabels: pulled.value.labels,
        standsOn: lowest === undefined ? "scratch" : nameInEngine(lowest),
        steps: [
          {
            members: [...others, pinned.value.member],
            dockerfile: "Dockerfile",
            baseArgument: "FROM_IMAGE",
            buildArgs: {},
          },
        ],
        found: {},
        verify: async () => ok(undefined),
      });
    },
  });
}

function fromIngredient(need: ImageNeed): Readonly<Record<string, Digest>> {
  return { [need.kind === "layout" ? "base" : "from-image"]: ingredientOf(need) };
}

/** What a base stands on. Without `need` on nothing; without `below` on layers that its own layout has to hold. */
type FromImage = {
  readonly need: ImageNeed | undefined;
  readonly below: Below | undefined;
  /** Who makes `below`, where it is a root file system, which a registry has too. */
  readonly target?: string;
};

/** A root file system that the engine never pulled comes from its layout: then there need not be a registry. */
async function nearestOf(
  { engine, workspaceRoot }: BuildSession,
  { need, below, target }: FromImage,
): Promise<Result<ImageNeed | undefined, ImagesFailure>> {
  if (need?.kind !== "pinned" || below === undefined || target === undefined) return ok(need);
  const held = await engine.image(need.reference);
  if (!held.ok) return held;
  const { architecture } = engine.platform;
  const { folder, receipt } = below;
  const isHere =
    held.value?.platform.architecture !== architecture &&
    receipt.platform.architecture === architecture &&
    (await hasBlobs(workspaceRoot, folder, receipt));
  return ok(isHere ? { kind: "layout", below, target } : need);
}

async function findFromImage(
  session: BuildSession,
  base: BaseRequest,
  from: Pins & { readonly file: string; readonly reference: string },
): Promise<Result<FromImage, ImagesFailure>> {
  const { reference } = from;
  if (reference === "scratch") return ok({ need: undefined, below: undefined });
  const isNamed = base.images.some((image) => image.reference === reference);
  if (!isNamed && lockedImage(from.lock, reference) === undefined && base.rootfs !== undefined) {
    const below = await readBelow(session, base.rootfs);
    if (!below.ok) return below;
    const { receipt } = below.value;
    if (receipt.reference === reference) {
      const digest = receipt.manifestDigest;
      const repository = reference.slice(0, reference.lastIndexOf(":"));
      const need = { kind: "pinned", reference: `${repository}@${digest}`, digest } as const;
      return ok({ need, below: below.value, target: base.rootfs.target });
    }
  }
  const need = await findNeed(session, reference, { ...from, images: base.images });
  if (!need.ok) return need;
  return ok({
    need: need.value,
    below: need.value.kind === "layout" ? need.value.below : undefined,
  });
}

type Pulled = Pick<ImageFacts, "diffIds" | "labels">;

const nothingPulled: Pulled = { diffIds: [], labels: {} };

async function pulledImage(
  { engine }: BuildSession,
  need: ImageNeed | undefined,
): Promise<Result<Pulled, ImagesFailure>> {
  if (need === undefined) return ok(nothingPulled);
  const found = await engine.image(nameInEngine(need));
  if (!found.ok) return found;
  return found.value === undefined
    ? fail({ reason: "engine-lost", operation: "inspect", detail: `${nameInEngine(need)} is gone` })
    : ok(found.value);
}
