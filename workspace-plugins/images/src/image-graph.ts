import path from "node:path";
import { parseYaml } from "@slipway/definitions";
import { z } from "zod";
import type { ZodType, output } from "zod";
import { AgentDefinition, BaseDefinition, basesFor } from "./definition.ts";
import { givenArguments, namedImages } from "./dockerfile.ts";
import type { ImageRefusal } from "./failure.ts";
import { foldersIn, kinds } from "./image-folders.ts";
import type { ImageFolder, ImageKind } from "./image-folders.ts";
import { imagesLockName, imagesPolicyName } from "./images-lock-name.ts";
import {
  agentReference,
  baseReference,
  extendedReference,
  inLayerOrder,
  splitReference,
} from "./names.ts";
import { ringsIn } from "./rings.ts";
import { projectFileName, rootfsProjects } from "./rootfs-projects.ts";
import type { RootfsProject } from "./rootfs-projects.ts";

/** An image that a workspace makes. */
export type GraphImage = {
  readonly folder: ImageFolder;
  readonly reference: string;
  /** Of its targets: `image` and this, `load` and this. Empty where the folder has one image alone. */
  readonly suffix: string;
  /** Relative to the workspace. */
  readonly layout: string;
  /** What it stands on, where the workspace makes that too. */
  readonly on: GraphImage | undefined;
  /** Those of the workspace that its Dockerfiles name, itself never among them. */
  readonly named: readonly GraphImage[];
  /** References that its Dockerfiles name and this workspace does not make. */
  readonly namedElsewhere: readonly string[];
  /** Those of an extended image. */
  readonly extensions: readonly ImageFolder[];
  /** `from_image` of a base, where it is a reference that this workspace does not make. */
  readonly fromImage: string | undefined;
  /** What bootstraps `from_image`, where a project of this workspace does and no definition makes it. */
  readonly rootfs: RootfsProject | undefined;
  /** Why it cannot be made, whatever else is right. */
  readonly refusal: ImageRefusal | undefined;
  readonly buildsLocally: boolean;
  /** Whether the workspace has a lock file, which may say what it is built from. */
  readonly isLockable: boolean;
  /** Whether it has a policy too, which may refuse what this image is made from. */
  readonly isUnderPolicy: boolean;
};

export type ImageGraph = {
  readonly folders: readonly ImageFolder[];
  readonly images: readonly GraphImage[];
};

/** The text of a file of the workspace; `undefined`: there is none. */
export type ReadText = (file: string) => string | undefined;

/** Every file that says something about images, by name: definitions, and what makes no project but tells what one needs. */
export const imageFileNames = [
  ...kinds.flatMap((kind) => [`${kind}.yml`, `${kind}.yaml`]),
  "Dockerfile",
  projectFileName,
  imagesLockName,
  imagesPolicyName,
];

/**
 * The images of a workspace and what each of them needs, of which `files` are the definition files. A broken definition
 * keeps its place: what cannot be read is taken to exclude nothing and to name nothing.
 */
export async function readImageGraph(
  files: readonly string[],
  readText: ReadText,
): Promise<ImageGraph> {
  const folders = foldersIn(files);
  const source = { readText, named: await namedBy(folders, readText) };
  const plans = markTaken([
    ...ofKind(folders, "base").map((folder) => planBase(folder, source)),
    ...planAgents(folders, readText),
    ...ofKind(folders, "image-extended").map((folder) => planExtended(folder, folders, source)),
  ]);

  const byReference = new Map(
    plans.toReversed().map((plan) => [plan.image.reference, plan] as const),
  );
  const ringOf = ringsIn(new Map([...byReference].map(([name, plan]) => [name, needsOf(plan)])));
  return {
    folders,
    images: link(plans, {
      byReference,
      ringOf,
      rootfs: rootfsProjects(files, readText),
      isLockable: files.includes(imagesLockName),
      isUnderPolicy: files.includes(imagesPolicyName),
    }),
  };
}

type Source = {
  readonly readText: ReadText;
  /** References that a folder's Dockerfile names, by folder. */
  readonly named: ReadonlyMap<string, readonly string[]>;
};

/** An image that names others by their references. */
type Plan = {
  readonly image: Omit<
    GraphImage,
    "on" | "named" | "namedElsewhere" | "rootfs" | "isLockable" | "isUnderPolicy"
  >;
  readonly on: string | undefined;
  readonly named: readonly string[];
};

function ofKind(folders: readonly ImageFolder[], kind: ImageKind): readonly ImageFolder[] {
  return folders.filter((folder) => folder.kind === kind);
}

function planBase(folder: ImageFolder, { readText, named }: Source): Plan {
  const base = parsed(folder, readText, z.object({ from_image: BaseDefinition.shape.from_image }));
  const fromImage = base?.from_image;
  const reference = baseReference(folder.name);
  return {
    image: {
      folder,
      reference,
      suffix: "",
      layout: path.posix.join(folder.root, "dist/image"),
      extensions: [],
      fromImage,
      refusal: undefined,
      buildsLocally: false,
    },
    on: fromImage,
    named: named.get(folder.root) ?? [],
  };
}

function planAgents(folders: readonly ImageFolder[], read: ReadText): readonly Plan[] {
  const offer = ofKind(folders, "base").map((folder) => ({
    name: folder.name,
    distro: parsed(folder, read, BaseDefinition)?.base_image_distro ?? "",
  }));
  return ofKind(folders, "agent").flatMap((folder) => {
    const agent = parsed(folder, read, AgentDefinition);
    const bases = agent === undefined ? offer : basesFor(agent, offer);
    const names = new Set(bases.map(({ name }) => name));
    return [...names].map((base) => ({
      image: {
        folder,
        reference: agentReference(folder.name, base),
        suffix: `-${base}`,
        layout: path.posix.join(folder.root, "dist/image", base),
        extensions: [],
        fromImage: undefined,
        refusal: undefined,
        buildsLocally: agent?.build_local ?? true,
      },
      on: baseReference(base),
      named: [],
    }));
  });
}

function withTag(reference: string | undefined): string | undefined {
  return reference === undefined ? undefined : splitReference(reference).join(":");
}

/** What the graph needs of a definition. */
const Extended = z.object({
  agent: z.string(),
  base: z.string(),
  extensions: z.array(z.string()).catch([]),
  image_ref: z.string().optional().catch(undefined),
});

function planExtended(
  folder: ImageFolder,
  folders: readonly ImageFolder[],
  { readText, named }: Source,
): Plan {
  const definition = parsed(folder, readText, Extended);
  const wanted = definition?.extensions ?? [];
  const known = ofKind(folders, "extension");
  const extensions = wanted.flatMap((name) => known.find((one) => one.name === name) ?? []);
  const { agent = "", base = "" } = definition ?? {};
  const roots = new Map(extensions.map(({ name, root }) => [name, root]));
  const ordered = inLayerOrder(
    wanted.map((name) => ({ name, hasDockerfile: named.has(roots.get(name) ?? "") })),
  ).map(({ name }) => name);
  const unknown = wanted.filter((name) => !known.some((one) => one.name === name));
  return {
    image: {
      folder,
      reference:
        withTag(definition?.image_ref) ??
        (definition === undefined
          ? `slipway/extended:${folder.name}`
          : extendedReference(agent, base, ordered)),
      suffix: "",
      layout: path.posix.join(folder.root, "dist/image"),
      extensions,
      fromImage: undefined,
      refusal:
        unknown.length === 0
          ? undefined
          : {
              reason: "image-parts-unknown",
              file: folder.file,
              parts: unknown.map((name) => `extension ${name}`),
            },
      buildsLocally: false,
    },
    on: definition === undefined ? undefined : agentReference(agent, base),
    named: extensions.flatMap(({ root }) => named.get(root) ?? []),
  };
}

function parsed<Schema extends ZodType>(
  folder: ImageFolder,
  read: ReadText,
  schema: Schema,
): output<Schema> | undefined {
  const read_ = parseYaml(folder.file, read(folder.file) ?? "", schema);
  return read_.ok ? read_.value : undefined;
}

/** What the Dockerfiles of these folders name by themselves, by folder; a folder without one is left out. */
async function namedBy(
  folders: readonly ImageFolder[],
  readText: ReadText,
): Promise<Source["named"]> {
  const named = new Map<string, readonly string[]>();
  for (const { root } of folders) {
    const text = readText(path.posix.join(root, "Dockerfile"));
    if (text === undefined) continue;
    const found = await namedImages(text, givenArguments);
    named.set(
      root,
      found.map(({ reference }) => reference),
    );
  }
  return named;
}

/** Two folders that would make the same image: the first makes it, the others say so. */
function markTaken(plans: readonly Plan[]): readonly Plan[] {
  const makers = new Map<string, string>();
  return plans.map((plan) => {
    const { reference, folder } = plan.image;
    const other = makers.get(reference);
    if (other === undefined) makers.set(reference, folder.file);
    return other === undefined
      ? plan
      : withRefusal(plan, { reason: "image-name-taken", file: folder.file, reference, other });
  });
}

function withRefusal(plan: Plan, refusal: ImageRefusal): Plan {
  return { ...plan, image: { ...plan.image, refusal: plan.image.refusal ?? refusal } };
}

function needsOf({ on, named }: Plan): readonly string[] {
  return on === undefined ? named : [on, ...named];
}

function link(
  plans: readonly Plan[],
  workspace: {
    readonly byReference: ReadonlyMap<string, Plan>;
    readonly ringOf: ReadonlyMap<string, readonly string[]>;
    readonly rootfs: readonly RootfsProject[];
    readonly isLockable: boolean;
    readonly isUnderPolicy: boolean;
  },
): readonly GraphImage[] {
  const { byReference, ringOf, isLockable, isUnderPolicy } = workspace;
  const linked = new Map<Plan, GraphImage>();
  const linkOne = (plan: Plan): GraphImage => {
    const known = linked.get(plan);
    if (known !== undefined) return known;
    const ring = ringOf.get(plan.image.reference);
    const refused = ring === undefined ? plan : withRefusal(plan, ringRefusal(plan, ring));
    // What is refused waits for nothing: a ring would be one of Nx's tasks, and end every command.
    const isRefused = refused.image.refusal !== undefined;
    const below = (reference: string): readonly GraphImage[] => {
      const found = isRefused ? undefined : byReference.get(reference);
      return found === undefined ? [] : [linkOne(found)];
    };
    const [on] = plan.on === undefined ? [] : below(plan.on);
    const named = [...new Set(plan.named)].flatMap(below);
    const { image } = refused;
    const rootfs =
      on === undefined
        ? workspace.rootfs.find(({ reference }) => reference === image.fromImage)
        : undefined;
    const namedElsewhere = [...new Set(plan.named)]
      .filter((one) => !byReference.has(one))
      .toSorted();
    const isFromElsewhere =
      on === undefined && rootfs === undefined && (image.fromImage ?? "scratch") !== "scratch";
    const made: GraphImage = {
      ...image,
      isLockable,
      isUnderPolicy: isUnderPolicy && (isFromElsewhere || namedElsewhere.length > 0),
      on,
      rootfs,
      named,
      namedElsewhere,
      refusal: image.refusal ?? (on === undefined ? partsRefusal(plan) : undefined),
      // What is copied out of an image may be given away no more than the image.
      buildsLocally:
        image.buildsLocally || on?.buildsLocally === true || named.some((one) => one.buildsLocally),
    };
    linked.set(plan, made);
    return made;
  };
  return plans.map(linkOne);
}

function ringRefusal({ image }: Plan, references: readonly string[]): ImageRefusal {
  return { reason: "image-ring", file: image.folder.file, references };
}

/** An extended image of an agent that does not go on that base here. */
function partsRefusal({ image, on }: Plan): ImageRefusal | undefined {
  if (image.folder.kind !== "image-extended" || on === undefined) return undefined;
  return { reason: "image-parts-unknown", file: image.folder.file, parts: [on] };
}
