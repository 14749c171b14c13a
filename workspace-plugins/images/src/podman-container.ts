import { z } from "zod";
import type { ContainerSpec, Inspected } from "./container.ts";

/** Of Podman's own account of a container, which says what the one it gives in Docker's form leaves out. */
export const PodmanContainer = z.object({
  EffectiveCaps: z.array(z.string()).nullish(),
  BoundingCaps: z.array(z.string()).nullish(),
});

const hides = "notmpcopyup";

/** A temporary folder hides what the image has there, as with Docker; Podman would copy it. */
export function asPodmanTakesIt(spec: ContainerSpec): ContainerSpec {
  const folders = Object.entries(spec.temporaryFolders).map(
    ([folder, options]) => [folder, options === "" ? hides : `${options},${hides}`] as const,
  );
  return { ...spec, temporaryFolders: Object.fromEntries(folders) };
}

/**
 * Podman's account as Docker would give it: `ALL` for capabilities that it lists one by one, temporary folders without
 * the options that it adds and those that it mounts beside a read-only root, no limit where none was asked for.
 */
export function evenPodman(
  spec: ContainerSpec,
  got: Inspected,
  own: z.output<typeof PodmanContainer>,
): Inspected {
  const host = got.HostConfig;
  const hasNone = [...(own.EffectiveCaps ?? []), ...(own.BoundingCaps ?? [])].length === 0;
  const folders = Object.entries(host.Tmpfs ?? {})
    .filter(([folder]) => folder in spec.temporaryFolders || !besideReadOnlyRoot.includes(folder))
    .map(([folder, options]) => [folder, options.replace(addedOptions, "")] as const);
  return {
    ...got,
    HostConfig: {
      ...host,
      CapDrop: hasNone ? ["ALL"] : host.CapDrop,
      PidsLimit: spec.pids === undefined ? 0 : host.PidsLimit,
      Tmpfs: Object.fromEntries(folders),
    },
  };
}

const besideReadOnlyRoot = ["/run", "/tmp", "/var/tmp"];
const addedOptions = /,rprivate(?:,nosuid)?(?:,nodev)?(?:,tmpcopyup)?$/;
