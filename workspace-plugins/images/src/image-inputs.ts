import { executorSource, projectSource } from "@slipway/signature";
import type { DefinitionInput } from "@slipway/signature";
import { agentDockerfile } from "./names.ts";

const libraries = ["images", "definitions", "registry", "signature"];
const rootfsProject = "infra/rootfs";

/** Where `infra/rootfs` leaves its layout. */
export const rootfsLayout = `${rootfsProject}/dist/rootfs`;

/** A base's own files. What it stands on comes by receipt: made again the same, it is no reason to build. */
export function baseFiles(root: string): readonly string[] {
  return [...projectSource(root), ...executorSource("image", libraries)];
}

/** An agent's own files; its bases come by their receipts. */
export function agentFiles(root: string): readonly string[] {
  return [...baseFiles(root), `{workspaceRoot}/${agentDockerfile}`];
}

/** All files that a base's image comes from, those of the root file system under it included. */
export function baseSource(root: string): readonly string[] {
  return [
    ...baseFiles(root),
    ...projectSource(rootfsProject),
    ...["rootfs", "rootfs-push"].flatMap((name) => executorSource(name, libraries)),
  ];
}

/** All files that an agent's images on these bases come from. */
export function agentSource(root: string, baseRoots: readonly string[]): readonly string[] {
  return [...agentFiles(root), ...baseRoots.flatMap((base) => baseSource(base))];
}

/** `base.yml` says what is built and is no part of it; its description is for people. */
export function baseDefinition(root: string): DefinitionInput {
  return {
    file: `{workspaceRoot}/${root}/base.yml`,
    excludeFields: ["base_image_description"],
  };
}

/** `agent.yml`, likewise: names and places for people to read. */
export function agentDefinition(root: string): DefinitionInput {
  return {
    file: `{workspaceRoot}/${root}/agent.yml`,
    excludeFields: ["agent_full_name", "agent_homepage"],
  };
}

/** The files that an image in the engine comes from, given those that its layout is made of. */
export function loadSource(image: readonly string[]): readonly string[] {
  return [...image, ...executorSource("load", libraries)];
}
