import path from "node:path";
import type { Digest } from "@slipway/signature";
import { decideBuild } from "../ingredients.ts";
import type { CurrentIngredient, CurrentIngredients } from "../ingredients.ts";
import { readLayoutTable } from "../layout.ts";
import { readImageReceipt } from "../receipt.ts";
import { flatTable } from "../recorded-ingredients.ts";
import type { Published } from "./published.ts";
import type { SourceImage } from "./source-images.ts";

/** Says which image is under that name now, where somebody knows. */
export type Identify = (source: SourceImage) => Promise<CurrentIngredient>;

/** What an image would be made from now, with all that is below it. */
export async function currentTable(
  source: SourceImage,
  identify: Identify,
  all: readonly SourceImage[],
): Promise<CurrentIngredients> {
  const rows: [string, CurrentIngredient][] = [];
  for (const [name, now] of Object.entries(source.rows)) {
    const asked = now.state === "unknown" ? sourceOf(name, source, all) : undefined;
    rows.push([name, asked === undefined ? now : await identify(asked)]);
  }
  const below = source.on === undefined ? undefined : await currentTable(source.on, identify, all);
  return flatTable(Object.fromEntries(rows), below);
}

/** The same by files alone, for a comparison of two revisions. */
export function revisionTable({ rows, fileRows, on }: SourceImage): CurrentIngredients {
  return flatTable({ ...rows, ...fileRows }, on === undefined ? undefined : revisionTable(on));
}

/** The image of the workspace that a row names, for the same architecture. */
function sourceOf(
  row: string,
  { on, architecture }: SourceImage,
  all: readonly SourceImage[],
): SourceImage | undefined {
  if (row === "base") return on;
  return all.find(
    (one) => one.architecture === architecture && row === `image ${one.image.reference}`,
  );
}

/** By what a registry has. */
export function identifyPublished(published: Published): Identify {
  return async (source) => {
    const answer = await published(source);
    return answer.state === "present"
      ? { state: "known", value: answer.value.imageId }
      : { state: answer.state };
  };
}

/** By the layouts of a workspace, each of which counts as long as its image would not be built again. */
export function identifyBuilt(workspaceRoot: string, all: readonly SourceImage[]): Identify {
  const identify: Identify = async (source) => {
    const id = await builtId(workspaceRoot, source, await currentTable(source, identify, all));
    return id === undefined ? { state: "unknown" } : { state: "known", value: id };
  };
  return identify;
}

async function builtId(
  workspaceRoot: string,
  { image }: SourceImage,
  current: CurrentIngredients,
): Promise<Digest | undefined> {
  const folder = path.join(workspaceRoot, image.layout);
  const receipt = await readImageReceipt(folder);
  if (receipt === undefined) return undefined;
  const recorded = await readLayoutTable(folder, receipt.manifestDigest);
  return decideBuild(recorded, current).length === 0 ? receipt.imageId : undefined;
}
