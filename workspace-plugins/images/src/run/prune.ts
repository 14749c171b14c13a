import { rm, stat } from "node:fs/promises";
import path from "node:path";
import { namesIn } from "@slipway/signature/names-in";
import { hexOf, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { Catalogue } from "../catalogue/entry.ts";
import { pairsOf } from "../catalogue/pairs.ts";
import type { EngineFailure } from "../engine-failure.ts";
import type { Engine, ListedImage } from "../engine-port.ts";
import { ownLabel } from "../names.ts";
import { forgetOwnImages, ownImages } from "../own-images.ts";
import { abandonedReproduced } from "../reproduce/reproduce-folders.ts";
import { orphanedNames, orphanedOwnLayouts, wantedImages } from "./orphans.ts";
import type { Wanted } from "./orphans.ts";
import { abandonedMemories } from "./project-memory.ts";
import type { MemoryPlace } from "./project-memory.ts";

/** What nobody needs any more, and what stayed though nobody does. */
export type Pruned = {
  readonly images: readonly string[];
  /** By the names of `images` and `kept`: what an image says that it is, such as `codex on debian`. */
  readonly titles: Readonly<Record<string, string>>;
  /** Folders of images on bases that their agents no longer go on, and of images that nothing leads to. */
  readonly layouts: readonly string[];
  readonly logs: readonly string[];
  /** Folders of images that a killed process built twice. */
  readonly rebuilt: readonly string[];
  /** Projects that are gone. */
  readonly projects: readonly string[];
  readonly kept: readonly { readonly image: string; readonly because: string }[];
};

export type PruneRequest = {
  readonly engine: Pick<Engine, "images" | "removeImage">;
  readonly catalogue: Catalogue;
  /** Whose images it is about; those of another, be it a clone of one of these, are for that one to remove. */
  readonly workspaces: readonly PrunedWorkspace[];
  readonly memory: MemoryPlace;
  /** Absolute; with logs of builds. */
  readonly logFolders: readonly string[];
  readonly now: Date;
  readonly isDryRun: boolean;
};

/** `root` holds its layouts; `name` is on its images. */
export type PrunedWorkspace = {
  readonly name: string;
  readonly root: string;
  /** What the catalogue leads to is there; what it does not lead to can go. */
  readonly isOfCatalogue: boolean;
};

/** Removes what is superseded, orphaned or old and bears our mark; with `isDryRun` only says so. */
export async function prune(request: PruneRequest): Promise<Result<Pruned, EngineFailure>> {
  const { engine, isDryRun, workspaces, now } = request;
  // Before the engine is asked: what is noted meanwhile stays noted.
  const noted = await Promise.all(
    workspaces.map(async ({ name, root, isOfCatalogue }) => ({
      name,
      root,
      ids: await ownImages(root),
      wanted: isOfCatalogue
        ? await wantedImages(request.catalogue, request.memory, root)
        : undefined,
    })),
  );
  const listed = await engine.images();
  if (!listed.ok) return listed;
  const images: string[] = [];
  const kept: { readonly image: string; readonly because: string }[] = [];
  const superseded = listed.value.flatMap((image) =>
    supersededNames(image, { noted, now }).map((reference) => ({
      reference,
      title: titleOf(image),
    })),
  );
  for (const { reference } of superseded) {
    const removed = isDryRun ? ok(undefined) : await engine.removeImage(reference);
    if (removed.ok) images.push(reference);
    else if (removed.failure.reason !== "engine-refused") return removed;
    else kept.push({ image: reference, because: removed.failure.detail });
  }
  const own = noted.map(async ({ root, wanted }) =>
    wanted === undefined ? [] : orphanedOwnLayouts(root, wanted),
  );
  const layouts = [
    ...(await orphanedLayouts(request.catalogue)),
    ...(await Promise.all(own)).flat(),
  ];
  const logs = await oldLogs(request);
  const memories = await abandonedMemories(request.memory);
  const roots = workspaces.map(({ root }) => root);
  const rebuilt = (await Promise.all(roots.map(abandonedReproduced))).flat();
  const files = [...layouts, ...logs, ...rebuilt, ...memories.map(({ file }) => file)];
  if (!isDryRun) {
    for (const file of files) await rm(file, { recursive: true, force: true });
    const there = new Set(listed.value.map(({ id }) => id));
    for (const { root, ids } of noted) {
      await forgetOwnImages(
        root,
        ids.filter((id) => !there.has(id)),
      );
    }
  }
  const titles = Object.fromEntries(superseded.map((one) => [one.reference, one.title]));
  const projects = memories.map(({ project }) => project);
  return ok({ images, titles, layouts, logs, rebuilt, projects, kept });
}

function titleOf({ labels }: ListedImage): string {
  return labels["org.opencontainers.image.title"] ?? "";
}

/** A build that goes on has an image without a name. */
const buildMs = 2 * 60 * 60 * 1000;

/** Images that came from a workspace, as it has noted; others may have its name too. */
export type NotedImages = {
  readonly name: string;
  readonly ids: readonly Digest[];
  /** Without it, every name that an image has keeps it. */
  readonly wanted?: Wanted | undefined;
};

/**
 * Of an image that is noted as one of ours and says so itself, and that nothing leads to any more: what it has to be removed
 * by. The name that holds it for builds on it, its own id, does not keep it.
 */
export function supersededNames(
  image: ListedImage,
  { noted, now }: { readonly noted: readonly NotedImages[]; readonly now: Date },
): readonly string[] {
  const { id, tags, labels, createdAt } = image;
  const isOf = ({ name, ids }: NotedImages): boolean =>
    labels[ownLabel] === name && ids.includes(id);
  const from = noted.find(isOf);
  if (from === undefined) return [];
  const orphaned = from.wanted === undefined ? [] : orphanedNames(image, from.wanted);
  if (tags.some((tag) => !tag.endsWith(`:${hexOf(id)}`) && !orphaned.includes(tag))) {
    return orphaned;
  }
  if (tags.length > 0) return tags;
  return now.getTime() - createdAt.getTime() > buildMs ? [id] : [];
}

/** Only of agents that are whole: a slip of the pen in a definition is no reason to remove what was built from it. */
async function orphanedLayouts(catalogue: Catalogue): Promise<readonly string[]> {
  if (catalogue.bases.some(({ state }) => state === "broken")) return [];
  const byFolder = Map.groupBy(pairsOf(catalogue), ({ agent }) => agent.folder);
  const orphaned: string[] = [];
  for (const [folder, pairs] of byFolder) {
    const wanted = pairs
      .filter(({ obstacle }) => obstacle === undefined)
      .map(({ base }) => base.name);
    const place = path.join(folder, "dist", "image");
    for (const name of await foldersIn(place)) {
      // Another process builds there, or will remove what a killed one has left.
      const isWanted = wanted.includes(name) || name.includes(".partial-");
      if (!isWanted && (await isLayout(path.join(place, name))))
        orphaned.push(path.join(place, name));
    }
  }
  return orphaned;
}

async function isLayout(folder: string): Promise<boolean> {
  return (await namesIn(folder)).includes("oci-layout");
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const names = await namesIn(folder);
  const found = await Promise.all(
    names.map(async (name) => (await stat(path.join(folder, name))).isDirectory()),
  );
  return names.filter((_, at) => found[at]);
}

const keptLogMs = 30 * 24 * 60 * 60 * 1000;

/** As builds name them, with the time they began: `codex--debian.2026-11-21T10-40-01-123Z.log`. */
const logName = /\.(\d{4}-\d\d-\d\d)T\d\d-\d\d-\d\d-\d{3}Z(?:\.\d+)?\.log$/;

async function oldLogs({ logFolders, now }: PruneRequest): Promise<readonly string[]> {
  const old: string[] = [];
  for (const folder of logFolders) {
    for (const name of await namesIn(folder)) {
      const day = logName.exec(name)?.[1];
      if (day !== undefined && now.getTime() - Date.parse(day) > keptLogMs) {
        old.push(path.join(folder, name));
      }
    }
  }
  return old;
}
