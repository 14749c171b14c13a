import { readFile } from "node:fs/promises";
import path from "node:path";
import { exists, fail, ok } from "@slipway/signature/basics";
import { listFiles } from "@slipway/signature/listing";
import type { Result } from "@slipway/signature";
import { definitionMembers, digestOfMembers, splitDockerfile } from "../context.ts";
import { BaseDefinition, ExtendedImageDefinition } from "../definition.ts";
import { givenArguments, namedImages } from "../dockerfile.ts";
import type { ImagesFailure } from "../failure.ts";
import { imageFileNames, readImageGraph } from "../image-graph.ts";
import type { GraphImage } from "../image-graph.ts";
import { lockedImage, lockedReference, readImagesLock } from "../images-lock.ts";
import type { ImagesLock } from "../images-lock.ts";
import { agentRows, baseRows, extensionRows } from "../ingredient-rows.ts";
import { allKnown, forbidden } from "../ingredients.ts";
import type { CurrentIngredient, CurrentIngredients } from "../ingredients.ts";
import { lockedVersion, readAgent } from "../make-agent.ts";
import { readExtensions } from "../make-extended.ts";
import { agentDockerfile, extensionDockerfile } from "../names.ts";
import { checkName, readDefinition } from "../read-definition.ts";
import { readImageReceipt } from "../receipt.ts";

export type Architecture = BaseDefinition["architectures"][number];

/** An image of a workspace for one architecture, by its definitions: nothing of it has to be built here. */
export type SourceImage = {
  readonly image: GraphImage;
  readonly architecture: Architecture;
  /** What it stands on, where the workspace makes that too. */
  readonly on: SourceImage | undefined;
  /** Its own rows. What an image is that only a build or a registry can tell is `unknown`. */
  readonly rows: CurrentIngredients;
  /** Of what only another revision of the same files can be compared with: the root file system's. */
  readonly fileRows: CurrentIngredients;
};

export type SourceImages = {
  /** Each after what it stands on. */
  readonly images: readonly SourceImage[];
  /** What is wrong with an image; those that stand on it are left out without a word. */
  readonly failures: readonly ImagesFailure[];
};

type Workspace = {
  readonly workspaceRoot: string;
  readonly signal: AbortSignal;
  readonly lock: ImagesLock;
};

/** All images of a workspace for all their architectures. */
export async function readSourceImages(
  workspaceRoot: string,
  signal: AbortSignal,
): Promise<Result<SourceImages, ImagesFailure>> {
  const lock = await readImagesLock(workspaceRoot);
  if (!lock.ok) return lock;
  const graph = await readGraph(workspaceRoot, signal);
  if (!graph.ok) return graph;
  const workspace = { workspaceRoot, signal, lock: lock.value };
  const made = new Map<GraphImage, readonly SourceImage[]>();
  const failures: ImagesFailure[] = [];
  for (const image of [...graph.value.images].toSorted((a, b) => depthOf(a) - depthOf(b))) {
    const read = await readImage(workspace, image);
    if (!read.ok) failures.push(read.failure);
    made.set(image, read.ok ? sourcesOf(image, read.value, made) : []);
  }
  return ok({ images: [...made.values()].flat(), failures });
}

function depthOf({ on }: GraphImage): number {
  return on === undefined ? 0 : depthOf(on) + 1;
}

/** What follows from the definition of an image. */
type ReadImage = {
  /** Of a base; other images are for whatever they stand on is for. */
  readonly architectures: readonly Architecture[] | undefined;
  readonly rowsFor: (platform: string) => CurrentIngredients;
  readonly fileRows?: CurrentIngredients;
};

function sourcesOf(
  image: GraphImage,
  { architectures, rowsFor, fileRows = {} }: ReadImage,
  made: ReadonlyMap<GraphImage, readonly SourceImage[]>,
): readonly SourceImage[] {
  const source = (architecture: Architecture, on: SourceImage | undefined): SourceImage => {
    const platform = `linux/${architecture}`;
    const rows = { ...rowsFor(platform), ...allKnown({ platform }) };
    return { image, architecture, on, rows, fileRows };
  };
  if (image.on === undefined) return (architectures ?? []).map((one) => source(one, undefined));
  return (made.get(image.on) ?? [])
    .filter(({ architecture }) => architectures?.includes(architecture) ?? true)
    .map((on) => source(on.architecture, on));
}

async function readGraph(workspaceRoot: string, signal: AbortSignal) {
  const listing = await listFiles(workspaceRoot, signal);
  if (!listing.ok) return listing;
  const all = listing.value.files.map((file) => file.path);
  const nested = all.filter((file) => file.endsWith("/nx.json")).map((file) => path.dirname(file));
  const files = all.filter(
    (file) =>
      imageFileNames.includes(path.posix.basename(file)) &&
      !nested.some((folder) => file.startsWith(`${folder}/`)),
  );
  const texts = new Map<string, string>();
  for (const file of files) texts.set(file, await readFile(path.join(workspaceRoot, file), "utf8"));
  return ok(await readImageGraph(files, (file) => texts.get(file)));
}

async function readImage(
  workspace: Workspace,
  image: GraphImage,
): Promise<Result<ReadImage, ImagesFailure>> {
  if (image.refusal !== undefined) return fail(image.refusal);
  switch (image.folder.kind) {
    case "base":
      return readBase(workspace, image);
    case "agent":
      return readAgentImage(workspace, image);
    case "image-extended":
      return readExtended(workspace, image);
    case "extension":
      throw new Error("internal: an extension is no image");
  }
}

const unknown: CurrentIngredient = { state: "unknown" };

async function readBase(
  workspace: Workspace,
  image: GraphImage,
): Promise<Result<ReadImage, ImagesFailure>> {
  const { root, name } = image.folder;
  const definition = await readDefinition(workspace, root, "base", BaseDefinition);
  if (!definition.ok) return definition;
  const { file, value } = definition.value;
  const named = checkName(name, file);
  if (!named.ok) return named;
  const members = await definitionMembers(
    path.join(workspace.workspaceRoot, root),
    "",
    workspace.signal,
  );
  if (!members.ok) return members;
  const { dockerfile, others } = splitDockerfile(members.value);
  const dockerfileName = path.posix.join(root, "Dockerfile");
  if (dockerfile === undefined) return fail({ reason: "definition-missing", file: dockerfileName });
  const ofNamed = await rowsOfNamed(workspace, image, { ...dockerfile, file: dockerfileName });
  if (!ofNamed.ok) return ofNamed;
  const from = await fromRow(workspace, image, { file, reference: value.from_image });
  if (!from.ok) return from;
  const fileRows = await rootfsRow(workspace, image);
  if (!fileRows.ok) return fileRows;
  const rows = allKnown({
    ...baseRows({ others, dockerfile: dockerfile.bytes }),
    ...(image.buildsLocally ? { redistribution: forbidden } : {}),
  });
  return ok({
    architectures: value.architectures,
    fileRows: fileRows.value,
    rowsFor: (platform) => ({ ...rows, ...from.value(platform), ...ofNamed.value(platform) }),
  });
}

type RowsFor = ReadImage["rowsFor"];

/** What a base stands on, as the build of it would have the row. */
async function fromRow(
  workspace: Workspace,
  { on, rootfs }: GraphImage,
  from: { readonly file: string; readonly reference: string },
): Promise<Result<RowsFor, ImagesFailure>> {
  const { workspaceRoot, lock } = workspace;
  const { file, reference } = from;
  if (on !== undefined) return ok(() => ({ base: unknown }));
  if (reference === "scratch") return ok(() => allKnown({ "from-image": "scratch" }));
  if (lockedImage(lock, reference) !== undefined) {
    return ok((platform) => fromLock(lock, "from-image", reference, platform));
  }
  if (rootfs === undefined) {
    return fail({ reason: "from-image-unpinned", file, fromImage: reference });
  }
  const receipt = await readImageReceipt(path.join(workspaceRoot, rootfs.layout));
  return ok((platform) => {
    const { os = "", architecture = "" } = receipt?.platform ?? {};
    const isMade = receipt?.reference === reference && `${os}/${architecture}` === platform;
    return { "from-image": isMade ? { state: "known", value: receipt.manifestDigest } : unknown };
  });
}

async function rootfsRow(
  { workspaceRoot, signal, lock }: Workspace,
  { rootfs }: GraphImage,
): Promise<Result<CurrentIngredients, ImagesFailure>> {
  if (rootfs === undefined || lockedImage(lock, rootfs.reference) !== undefined) return ok({});
  const members = await definitionMembers(path.join(workspaceRoot, rootfs.root), "", signal);
  return members.ok ? ok(allKnown({ rootfs: digestOfMembers(members.value) })) : members;
}

async function readAgentImage(
  workspace: Workspace,
  { folder, buildsLocally }: GraphImage,
): Promise<Result<ReadImage, ImagesFailure>> {
  const { workspaceRoot, signal } = workspace;
  const definition = await readAgent(workspace, { name: folder.name, folder: folder.root });
  if (!definition.ok) return definition;
  const members = await definitionMembers(
    path.join(workspaceRoot, folder.root),
    "definition",
    signal,
  );
  if (!members.ok) return members;
  const agent = { name: folder.name, folder: folder.root };
  const version = await lockedVersion(workspace, agent, members.value);
  if (!version.ok) return version;
  const dockerfile = await readDockerfile(workspace, agentDockerfile);
  if (!dockerfile.ok) return dockerfile;
  const own = agentRows({ members: members.value, dockerfile: dockerfile.value, buildsLocally });
  const rows = { ...allKnown(own), version: version.value, base: unknown };
  return ok({ architectures: undefined, rowsFor: () => rows });
}

async function readExtended(
  workspace: Workspace,
  image: GraphImage,
): Promise<Result<ReadImage, ImagesFailure>> {
  const { folder, reference, buildsLocally } = image;
  const definition = await readDefinition(
    workspace,
    folder.root,
    "image-extended",
    ExtendedImageDefinition,
  );
  if (!definition.ok) return definition;
  const named = image.extensions.map(({ name, root }) => ({ name, folder: root }));
  const extensions = await readExtensions(workspace, { extensions: named });
  if (!extensions.ok) return extensions;
  const layered = extensions.value.filter(({ kind }) => kind !== "none");
  const dockerfile = layered.some(({ kind }) => kind === "script")
    ? await readDockerfile(workspace, extensionDockerfile)
    : ok(undefined);
  if (!dockerfile.ok) return dockerfile;
  const ofDockerfiles: RowsFor[] = [];
  for (const one of layered) {
    if (one.dockerfile === undefined) continue;
    const file = path.posix.join(one.folder, "Dockerfile");
    const rows = await rowsOfNamed(workspace, image, { ...one.dockerfile, file });
    if (!rows.ok) return rows;
    ofDockerfiles.push(rows.value);
  }
  const rows = {
    ...allKnown({ reference, redistribution: buildsLocally ? forbidden : "allowed" }),
    base: unknown,
    ...allKnown(extensionRows(layered, dockerfile.value)),
  };
  return ok({
    architectures: undefined,
    rowsFor: (platform) => joined([rows, ...ofDockerfiles.map((of) => of(platform))]),
  });
}

async function readDockerfile(
  { workspaceRoot }: Workspace,
  file: string,
): Promise<Result<Uint8Array, ImagesFailure>> {
  const absolute = path.join(workspaceRoot, file);
  return (await exists(absolute))
    ? ok(await readFile(absolute))
    : fail({ reason: "definition-missing", file });
}

/** The rows of images that a Dockerfile names by itself: made in the workspace, or pinned by the lock file. */
async function rowsOfNamed(
  { lock }: Workspace,
  image: GraphImage,
  dockerfile: { readonly bytes: Uint8Array; readonly file: string },
): Promise<Result<RowsFor, ImagesFailure>> {
  const text = Buffer.from(dockerfile.bytes).toString("utf8");
  const named = await namedImages(text, givenArguments);
  const references = [...new Set(named.map(({ reference }) => reference))];
  const made = new Set([image.on, ...image.named].map((one) => one?.reference));
  const loose = references.find(
    (reference) => !made.has(reference) && lockedImage(lock, reference) === undefined,
  );
  if (loose !== undefined) {
    return fail({ reason: "from-image-unpinned", file: dockerfile.file, fromImage: loose });
  }
  return ok((platform) =>
    joined(
      references.map((reference) =>
        made.has(reference)
          ? { [`image ${reference}`]: unknown }
          : fromLock(lock, `image ${reference}`, reference, platform),
      ),
    ),
  );
}

function joined(tables: readonly CurrentIngredients[]): CurrentIngredients {
  return Object.fromEntries(tables.flatMap((table) => Object.entries(table)));
}

function fromLock(
  lock: ImagesLock,
  row: string,
  reference: string,
  platform: string,
): CurrentIngredients {
  const locked = lockedReference(lock, reference, platform);
  return { [row]: locked === undefined ? unknown : { state: "known", value: locked.digest } };
}
