import { executorSource, projectSource } from "@slipway/signature/executor-source";
import type { DefinitionInput } from "@slipway/signature";
import type { ImageFolder, ImageKind } from "./image-folders.ts";
import type { GraphImage } from "./image-graph.ts";
import { imagesLockName, imagesPolicyName } from "./images-lock-name.ts";
import { agentDockerfile, extensionDockerfile } from "./names.ts";

const libraries = ["images", "definitions", "registry", "signature"];
/** An image's own files. What it stands on comes by receipt: made again the same, it is no reason to build. */
export function imageFiles(image: GraphImage): readonly string[] {
  return [...contentFiles(image), ...executorSource("image", libraries)];
}

/** All files that an image comes from, those of all that is under it included. */
export function imageSource(image: GraphImage): readonly string[] {
  return [
    ...imageFiles(image),
    ...(image.rootfs === undefined
      ? []
      : [
          ...projectSource(image.rootfs.root),
          ...["rootfs", "rootfs-push"].flatMap((name) => executorSource(name, libraries)),
        ]),
    ...needsOf(image).flatMap(imageSource),
  ];
}

/** The files that an image in the engine comes from. */
export function loadSource(image: GraphImage): readonly string[] {
  return [...new Set([...imageSource(image), ...executorSource("load", libraries)])];
}

/** The files that an image in a registry comes from. */
export function pushSource(image: GraphImage): readonly string[] {
  return [...new Set([...imageSource(image), ...executorSource("image-push", libraries)])];
}

/** Files that say what is built and are no part of it: of the image itself. */
export function imageDefinitions(image: GraphImage): readonly DefinitionInput[] {
  const lock = {
    file: `{workspaceRoot}/${imagesLockName}`,
    // What it has of this image is among the options of its target.
    excludeFields: ["from_images", "agents", "builder"],
  };
  return [
    definitionOf(image.folder),
    ...image.extensions.map(definitionOf),
    ...(image.isLockable ? [lock] : []),
    ...(image.isUnderPolicy ? [policyDefinition] : []),
  ];
}

/** What it refuses is refused when the target runs; it makes no image another one. */
const policyDefinition: DefinitionInput = {
  file: `{workspaceRoot}/${imagesPolicyName}`,
  excludeFields: ["schema", "rules"],
};

/** The same, of all that is under it too. */
export function allDefinitions(image: GraphImage): readonly DefinitionInput[] {
  const all = [image, ...needsOf(image)].flatMap((one) =>
    one === image ? imageDefinitions(one) : allDefinitions(one),
  );
  return [...new Map(all.map((one) => [one.file, one])).values()];
}

/** The images of the workspace that one needs to be built. */
export function needsOf({ on, named }: GraphImage): readonly GraphImage[] {
  return on === undefined ? named : [on, ...named];
}

function contentFiles(image: GraphImage): readonly string[] {
  const { folder, extensions, isLockable, isUnderPolicy } = image;
  const lock = isLockable ? [`{workspaceRoot}/${imagesLockName}`] : [];
  const policy = isUnderPolicy ? [`{workspaceRoot}/${imagesPolicyName}`] : [];
  const own = [...projectSource(folder.root), ...lock, ...policy];
  switch (folder.kind) {
    case "base":
    case "extension":
      return own;
    case "agent":
      return [...own, `{workspaceRoot}/${agentDockerfile}`];
    case "image-extended":
      return [
        ...own,
        ...extensions.flatMap(({ root }) => projectSource(root)),
        `{workspaceRoot}/${extensionDockerfile}`,
      ];
  }
}

/** What only people read, and what counts when a container is started. */
const fieldsForOthers: Readonly<Record<ImageKind, readonly string[]>> = {
  base: ["base_image_description"],
  agent: ["agent_full_name", "agent_homepage", "agent_path"],
  extension: ["name", "description", "shares"],
  "image-extended": [],
};

function definitionOf({ kind, file }: ImageFolder): DefinitionInput {
  return { file: `{workspaceRoot}/${file}`, excludeFields: fieldsForOthers[kind] };
}
