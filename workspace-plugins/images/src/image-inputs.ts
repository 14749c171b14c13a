import { executorSource, projectSource } from "@slipway/signature";
import { agentDockerfile } from "./names.ts";

const libraries = ["images", "definitions", "registry", "signature"];
const rootfsProject = "infra/rootfs";

/** Where `infra/rootfs` leaves its layout. */
export const rootfsLayout = `${rootfsProject}/dist/rootfs`;

/** The files that a base's image is made of, those of the root file system under it included. */
export function baseSource(root: string): readonly string[] {
  return [
    ...projectSource(root),
    ...projectSource(rootfsProject),
    ...["rootfs", "rootfs-push", "image"].flatMap((name) => executorSource(name, libraries)),
  ];
}

/** The files that an agent's images on these bases are made of. */
export function agentSource(root: string, baseRoots: readonly string[]): readonly string[] {
  return [
    ...projectSource(root),
    `{workspaceRoot}/${agentDockerfile}`,
    ...baseRoots.flatMap((base) => baseSource(base)),
    ...executorSource("image", libraries),
  ];
}

/** The files that an image in the engine comes from, given those that its layout is made of. */
export function loadSource(image: readonly string[]): readonly string[] {
  return [...image, ...executorSource("load", libraries)];
}
