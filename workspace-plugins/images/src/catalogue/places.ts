import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { compareBytes, exists, ok } from "@slipway/signature/basics";
import { listFiles } from "@slipway/signature/listing";
import type { Result, SignatureFailure } from "@slipway/signature";
import { hasCode } from "@slipway/signature/read-text";
import { rootfsProjects } from "../rootfs-projects.ts";
import type { RootfsProject } from "../rootfs-projects.ts";
import type { DefinitionKind, Ignored, PlaceName } from "./entry.ts";

/** A folder that is, or has to be, a definition of this kind. */
export type Candidate = {
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly place: PlaceName;
  /** What links of the definition must not leave; absolute, as is `folder`. */
  readonly placeFolder: string;
  readonly folder: string;
};

export type Found = {
  readonly candidates: readonly Candidate[];
  readonly ignored: readonly Ignored[];
};

type Variables = Readonly<Record<string, string | undefined>>;

/** A definition's file name, without `.yml` or `.yaml`, is its kind. */
const kinds: readonly DefinitionKind[] = ["base", "agent", "extension", "image-extended"];

const definitionFile = /(?:^|\/)(base|agent|extension|image-extended)\.ya?ml$/;

/** The folders of each kind in a packaged set. */
export const packagedFolders: Readonly<Record<DefinitionKind, string>> = {
  base: "bases",
  agent: "agents",
  extension: "extensions",
  "image-extended": "image-extended",
};

/** Those of aicage's first and second layout (images.md, 1.1 to 1.3); the second wins. */
const userFolders = [
  {
    base: ".aicage/custom/image-base",
    agent: ".aicage/custom/agents",
    extension: ".aicage/custom/extension",
    "image-extended": ".aicage/custom/image-extended",
  },
  {
    base: ".aicage-custom/base-images",
    agent: ".aicage-custom/agents",
    extension: ".aicage-custom/extensions",
    "image-extended": ".aicage-custom/image-extended",
  },
] as const satisfies readonly Readonly<Record<DefinitionKind, string>>[];

/** Where a new definition of the user's goes: into the second layout, unless the first alone is there. */
export async function userFolderOf(kind: DefinitionKind, home: string): Promise<string> {
  const [first, second] = userFolders;
  const isFirst =
    (await exists(path.join(home, ".aicage/custom"))) &&
    !(await exists(path.join(home, ".aicage-custom")));
  return path.join(home, (isFirst ? first : second)[kind]);
}

/** Where the packaged set lies, which `slipway agent use` puts there. */
export function packagedFolder(variables: Variables): string {
  const configured = variables["XDG_DATA_HOME"] ?? "";
  const data = configured === "" ? path.join(variables["HOME"] ?? "/", ".local/share") : configured;
  return path.join(data, "slipway", "definitions");
}

export type FoundInWorkspace = Found & { readonly rootFileSystems: readonly RootfsProject[] };

/** All folders with a definition file, wherever they lie in the workspace, but for those of a workspace below it. */
export async function findInWorkspace(
  root: string,
  signal: AbortSignal,
): Promise<Result<FoundInWorkspace, SignatureFailure>> {
  const listing = await listFiles(root, signal);
  if (!listing.ok) return listing;
  const files = ownFiles(listing.value.files.map((file) => file.path));
  const found = new Map<string, Candidate>();
  for (const file of files) {
    const kind = kinds.find((each) => each === definitionFile.exec(file)?.[1]);
    if (kind === undefined || /(^|\/)(dist|node_modules)\//.test(file)) continue;
    const folder = path.join(root, path.dirname(file));
    const name = path.basename(folder);
    found.set(`${kind} ${folder}`, { kind, name, place: "workspace", placeFolder: root, folder });
  }
  const readText = (file: string): string => readFileSync(path.join(root, file), "utf8");
  const rootFileSystems = rootfsProjects(files, readText);
  return ok({ candidates: [...found.values()], ignored: [], rootFileSystems });
}

/** A folder with an `nx.json` of its own is a workspace of its own. */
function ownFiles(files: readonly string[]): readonly string[] {
  const nested = files
    .filter((file) => file.endsWith("/nx.json"))
    .map((file) => `${path.posix.dirname(file)}/`);
  return files.filter((file) => !nested.some((folder) => file.startsWith(folder)));
}

/** The packaged set's. */
export async function findPackaged(variables: Variables): Promise<Found> {
  return findInFolders("packaged", packagedFolder(variables), packagedFolders);
}

/** The user's, of the first layout before those of the second. */
export async function findUsers(variables: Variables): Promise<readonly Found[]> {
  const home = variables["HOME"] ?? "";
  if (home === "") return [];
  return Promise.all(userFolders.map((folders) => findInFolders("user", home, folders)));
}

async function findInFolders(
  place: PlaceName,
  root: string,
  folders: Readonly<Record<DefinitionKind, string>>,
): Promise<Found> {
  const all = await Promise.all(
    kinds.map((kind) => findInFolder(place, kind, path.join(root, folders[kind]))),
  );
  return {
    candidates: all.flatMap(({ candidates }) => candidates),
    ignored: all.flatMap(({ ignored }) => ignored),
  };
}

/** Every folder in it has to be a definition; files and hidden folders, a repository's among them, are none. */
async function findInFolder(
  place: PlaceName,
  kind: DefinitionKind,
  placeFolder: string,
): Promise<Found> {
  const candidates: Candidate[] = [];
  const ignored: Ignored[] = [];
  for (const item of await itemsIn(placeFolder)) {
    const folder = path.join(placeFolder, item.name);
    if (item.name.startsWith(".")) ignored.push({ path: folder, reason: "hidden" });
    else if (!item.isDirectory() && !item.isSymbolicLink())
      ignored.push({ path: folder, reason: "file" });
    else candidates.push({ kind, name: item.name, place, placeFolder, folder });
  }
  return { candidates, ignored };
}

async function itemsIn(folder: string) {
  try {
    const items = await readdir(folder, { withFileTypes: true });
    return items.toSorted((a, b) => compareBytes(a.name, b.name));
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR"])) return [];
    throw error;
  }
}
