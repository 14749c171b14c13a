import { readFileSync } from "node:fs";
import path from "node:path";
import type { CreateNodes, CreateNodesResult, TargetConfiguration } from "@nx/devkit";
import { ownDeclarations } from "@slipway/signature/own-declarations";
import { ownFact } from "@slipway/signature/own-fact";
import { z } from "zod";
import { imageFileNames, readImageGraph } from "./image-graph.ts";
import type { ImageFolder } from "./image-folders.ts";
import type { GraphImage, ImageGraph } from "./image-graph.ts";
import {
  allDefinitions,
  imageDefinitions,
  imageFiles,
  loadSource,
  needsOf,
  pushSource,
} from "./image-inputs.ts";
import { imagesLockName } from "./images-lock-name.ts";
import { publishedReference } from "./names.ts";
import { lockedAgent, lockedImage, parseImagesLock } from "./images-lock.ts";
import type { ImagesLock } from "./images-lock.ts";
import type { RootfsProject } from "./rootfs-projects.ts";

const Options = z.object({
  /** Host and port that images are pushed to. Without it no `push` is inferred. */
  registry: z.string().optional(),
  /** The path in the registry before an image's name. */
  namespace: z.string().optional(),
  /** Whether what is pushed is signed with this machine's key. */
  sign: z.boolean().optional(),
  /** Whether an agent is built by a locked version or not at all. */
  frozen: z.boolean().optional(),
  /** Reference of the image that `slipway agent lock` runs `version.sh` in. Nothing that is built follows from it. */
  builder: z.string().optional(),
});
type Options = z.output<typeof Options>;

/** The engine's platform and version, set before the tasks of a command run. */
const engineFact = "SLIPWAY_ENGINE";
/** Set where `frozen` counts though nobody has said it, as in CI. */
const frozenVariable = "SLIPWAY_FROZEN";
const builderPackages = [
  "@cyclonedx/cyclonedx-library",
  "dockerfile-ast",
  "dockerode",
  "packageurl-js",
  "tar-stream",
];

export const createNodes: CreateNodes = [
  `**/{${imageFileNames.join(",")}}`,
  async (files, rawOptions, { workspaceRoot }) => {
    const options = Options.safeParse(rawOptions ?? {}).data ?? {};
    const present = new Set(files);
    const read = (file: string): string | undefined =>
      present.has(file) ? readFileSync(path.join(workspaceRoot, file), "utf8") : undefined;
    const graph = await readImageGraph(files, read);
    const lock = lockIn(read(imagesLockName));
    const byRoot = Map.groupBy(graph.folders, ({ root }) => root);
    return [...byRoot.values()].flatMap((folders) => {
      const [first] = folders;
      return first === undefined ? [] : [nodeOf(first, folders, { graph, lock, options })];
    });
  },
];

type Workspace = {
  readonly graph: ImageGraph;
  readonly lock: ImagesLock;
  readonly options: Options;
};

/** A lock file that is broken pins nothing here; the targets that need it say what is wrong. */
function lockIn(text: string | undefined): ImagesLock {
  const lock = text === undefined ? undefined : parseImagesLock(text);
  return lock?.ok === true ? lock.value : { from_images: {}, agents: {} };
}

function nodeOf(
  { file, root, project }: ImageFolder,
  folders: readonly ImageFolder[],
  workspace: Workspace,
): readonly [string, CreateNodesResult] {
  const images = workspace.graph.images.filter(({ folder }) => folders.includes(folder));
  const needed = images.flatMap((image) => [
    ...needsOf(image).map(({ folder }) => folder.project),
    ...image.extensions.map((extension) => extension.project),
  ]);
  const implicitDependencies = [...new Set(needed)].filter((name) => name !== project).toSorted();
  const node = {
    name: project,
    root,
    tags: ["slipway"],
    ...(implicitDependencies.length > 0 && { implicitDependencies }),
    targets: Object.fromEntries([
      ...images.flatMap((image) => Object.entries(imageTargets(image, workspace))),
      ...folders.flatMap((folder) =>
        folder.kind === "agent" ? Object.entries(agentTargets(folder, images, workspace)) : [],
      ),
    ]),
  };
  return [file, { projects: { [root]: node } }];
}

/** An agent's images are targets of their own, and these are all of them: no work, and no bytes. */
function agentTargets(
  folder: ImageFolder,
  all: readonly GraphImage[],
  workspace: Workspace,
): Readonly<Record<string, TargetConfiguration>> {
  const images = all.filter((image) => image.folder === folder);
  const { name, file } = folder;
  const description = `Builds the agent ${name} on each of its bases`;
  if (images.length === 0) {
    const options = { kind: "refused", refusal: { reason: "agent-without-base", file } };
    const executor = "@slipway/executors:image";
    return { image: { executor, options, cache: false, metadata: { description } } };
  }
  const pushed = images.filter((image) => pushReference(image, workspace.options) !== undefined);
  return {
    image: group(description, "image", images),
    load: group(`Makes the engine have the images of ${name}`, "load", images),
    run: startTarget(name),
    ...(pushed.length > 0 && {
      push: group(`Makes the registry have the images of ${name}`, "push", pushed),
    }),
  };
}

/** At the terminal of who runs it; what is for the agent goes after `--`, as on the command line. */
function startTarget(name: string): TargetConfiguration {
  return {
    executor: "nx:run-commands",
    options: { command: `slipway agent ${name}`, cwd: "{workspaceRoot}", tty: true },
    cache: false,
    inputs: [],
    metadata: { description: `Starts ${name} in the workspace, in its own container` },
  };
}

function group(
  description: string,
  verb: string,
  images: readonly GraphImage[],
): TargetConfiguration {
  return {
    executor: "nx:noop",
    cache: verb === "image",
    dependsOn: images.map(({ suffix }) => `${verb}${suffix}`),
    inputs: [{ dependentTasksOutputFiles: "**/receipt.json", transitive: true }],
    metadata: { description },
  };
}

function imageTargets(
  image: GraphImage,
  { lock, options }: Workspace,
): Readonly<Record<string, TargetConfiguration>> {
  const { suffix, folder, reference } = image;
  const name = `image${suffix}`;
  const isPinned =
    image.fromImage !== undefined && lockedImage(lock, image.fromImage) !== undefined;
  const rootfs = isPinned || image.refusal !== undefined ? undefined : image.rootfs;
  const pushed = pushReference(image, options);
  const layout = { layouts: [image.layout] };
  return {
    [name]: {
      executor: "@slipway/executors:image",
      options: {
        ...imageOptions(image, rootfs),
        ...lockedOptions(image, lock),
        ...(options.frozen === true && folder.kind === "agent" ? { frozen: true } : {}),
      },
      cache: true,
      dependsOn: [
        ...(rootfs === undefined
          ? []
          : [
              { projects: [rootfs.project], target: rootfs.push },
              // The build pulls from it, so it has to stay up after the push.
              {
                projects: ["registry"],
                target: "serve",
                waitFor: "ready" as const,
                inputs: false,
              },
            ]),
        ...needsOf(image).map((need) => ({
          projects: [need.folder.project],
          target: `image${need.suffix}`,
        })),
      ],
      inputs: imageInputs(image, name),
      outputs: [`{projectRoot}/${path.posix.relative(folder.root, image.layout)}`],
      metadata: {
        description: `Builds ${reference} as an OCI layout`,
        ...ownDeclarations(imageDefinitions(image)),
      },
    },
    [`load${suffix}`]: {
      executor: "@slipway/executors:load",
      options: layout,
      cache: false,
      dependsOn: [name],
      inputs: [...loadSource(image)],
      metadata: {
        description: `Makes the engine have ${reference}`,
        ...ownDeclarations(allDefinitions(image)),
      },
    },
    ...(pushed === undefined
      ? {}
      : {
          [`push${suffix}`]: {
            executor: "@slipway/executors:image-push",
            options: {
              layout: image.layout,
              reference: pushed,
              below: belowOf(image, options),
              ...(options.sign === true ? { sign: true } : {}),
            },
            cache: false,
            dependsOn: [name],
            inputs: [...pushSource(image)],
            metadata: {
              description: `Makes the registry have ${reference}`,
              ...ownDeclarations(allDefinitions(image)),
            },
          },
        }),
  };
}

/** Where an image is pushed to. What may not be redistributed, or cannot be made, is pushed nowhere. */
function pushReference(image: GraphImage, { registry, namespace }: Options): string | undefined {
  if (registry === undefined || image.buildsLocally || image.refusal !== undefined)
    return undefined;
  const prefix = [registry, ...(namespace === undefined ? [] : [namespace])].join("/");
  return publishedReference(prefix, image.reference);
}

/** The images under one that are pushed too. */
function belowOf({ on }: GraphImage, options: Options): readonly object[] {
  if (on === undefined) return [];
  const reference = pushReference(on, options);
  const own = reference === undefined ? [] : [{ layout: on.layout, reference }];
  return [...belowOf(on, options), ...own];
}

type Inputs = NonNullable<TargetConfiguration["inputs"]>;

/**
 * What every image depends on: own files, engine, packages of the builder, and the receipts of what lies below, by
 * which `nx affected` finds them too.
 */
function imageInputs(image: GraphImage, target: string): Inputs {
  return [
    ...imageFiles(image),
    { env: ownFact(image.folder.project, target) },
    { env: engineFact },
    { externalDependencies: builderPackages },
    { dependentTasksOutputFiles: "**/receipt.json", transitive: true },
    // What was built without it may be of a version that is not locked.
    ...(image.folder.kind === "agent" ? [{ env: frozenVariable }] : []),
  ];
}

function imageOptions(image: GraphImage, rootfs: RootfsProject | undefined): object {
  const { folder, layout, on, named, refusal, extensions, reference } = image;
  if (refusal !== undefined) return { kind: "refused", refusal };
  const own = { name: folder.name, layout };
  const images = named.map(sourceOf);
  switch (folder.kind) {
    case "base":
      return {
        kind: "base",
        ...own,
        ...(rootfs === undefined
          ? {}
          : { rootfs: { layout: rootfs.layout, target: rootfs.target } }),
        images: [...(on === undefined ? [] : [sourceOf(on)]), ...images],
      };
    case "agent":
      return {
        kind: "agent",
        ...own,
        base: on === undefined ? undefined : { name: on.folder.name, ...sourceOf(on) },
      };
    case "extension":
      return {};
    case "image-extended":
      return {
        kind: "extended",
        reference,
        layout,
        agent: on === undefined ? undefined : { name: on.folder.name, ...sourceOf(on) },
        extensions: extensions.map(({ name, root }) => ({ name, folder: root })),
        images,
      };
  }
}

function sourceOf({ reference, layout, folder, suffix }: GraphImage): object {
  return { reference, layout, target: `${folder.project}:image${suffix}` };
}

/** What the lock file has of this image alone, so that another entry of it is no reason to build. */
function lockedOptions(image: GraphImage, lock: ImagesLock): object {
  const { kind, name } = image.folder;
  if (image.refusal !== undefined) return {};
  if (kind === "agent") {
    const entry = lockedAgent(lock, name);
    if (entry === undefined) return {};
    // Where the version was found out is no part of what is built.
    const { version, definition } = entry;
    return { locked: { version, definition } };
  }
  const references = [image.fromImage ?? [], image.namedElsewhere].flat();
  const entries = references.flatMap((one) => {
    const entry = lockedImage(lock, one);
    return entry === undefined ? [] : [[one, entry] as const];
  });
  return entries.length === 0 ? {} : { locked: Object.fromEntries(entries) };
}
