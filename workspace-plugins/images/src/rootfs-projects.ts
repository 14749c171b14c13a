import { parseJson } from "@slipway/signature/basics";
import path from "node:path";
import { z } from "zod";

/** A project that bootstraps a root file system, by the executors that its `project.json` names. */
export type RootfsProject = {
  readonly project: string;
  readonly reference: string;
  /** Relative to the workspace. */
  readonly root: string;
  /** Relative to the workspace. */
  readonly layout: string;
  /** Who makes the layout, with the project's name. */
  readonly target: string;
  /** The target that makes a registry have it. */
  readonly push: string;
};

/** Where Nx finds a project's own targets. */
export const projectFileName = "project.json";

const Target = z.object({
  executor: z.string(),
  options: z.object({ reference: z.string().optional() }).optional(),
});

const ProjectFile = z.object({
  name: z.string(),
  targets: z.record(z.string(), Target.or(z.unknown().transform(() => undefined))),
});

/** Those among `files`; a file that says nothing of root file systems, or that is broken, is none. */
export function rootfsProjects(
  files: readonly string[],
  readText: (file: string) => string | undefined,
): readonly RootfsProject[] {
  return files
    .filter((file) => path.posix.basename(file) === projectFileName)
    .flatMap((file) => rootfsProject(path.posix.dirname(file), readText(file) ?? ""));
}

function rootfsProject(root: string, text: string): readonly RootfsProject[] {
  // Most projects of a workspace have nothing to do with images.
  if (!text.includes("@slipway/executors:rootfs")) return [];
  // Nx itself tells what is wrong with one that is no JSON.
  const read = ProjectFile.safeParse(parseJson(text));
  if (!read.success) return [];
  const { name: project, targets } = read.data;
  const targetBy = (executor: string) =>
    Object.entries(targets).find(
      ([, target]) => target?.executor === `@slipway/executors:${executor}`,
    );
  const [made, target] = targetBy("rootfs") ?? [];
  const [push] = targetBy("rootfs-push") ?? [];
  const reference = target?.options?.reference;
  if (made === undefined || push === undefined || reference === undefined) return [];
  const layout = path.posix.join(root, "dist/rootfs");
  return [{ project, root, reference, layout, target: `${project}:${made}`, push }];
}
