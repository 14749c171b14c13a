import path from "node:path";
import { exists, fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { BuildSession, MadeImage } from "../build.ts";
import type { Catalogue, Entry } from "../catalogue/entry.ts";
import type { CatalogueFailure } from "../catalogue/failure.ts";
import { soundOf } from "../catalogue/pairs.ts";
import { selectEntry } from "../catalogue/select.ts";
import type { ImagesFailure } from "../failure.ts";
import type { LayoutSource } from "../image-needs.ts";
import type { Only } from "../locked/wanted.ts";
import { makeAgent } from "../make-agent.ts";
import { makeBase } from "../make-base.ts";
import { makeExtended } from "../make-extended.ts";
import { agentDockerfile, agentReference, baseReference, extensionDockerfile } from "../names.ts";
import type { Selection } from "./select.ts";

/** What a start needs: the images of one selection, from the lowest on. */
export type Chain = {
  readonly catalogue: Catalogue;
  readonly agent: string;
  readonly selection: Selection;
  /** Of the uppermost image. */
  readonly reference: string;
};

/** An image of a chain; `layout` is relative to the folder that holds all of them. */
export type ChainLink = {
  readonly source: LayoutSource;
  readonly make: Make;
  /** Of what it is made from, the definitions that the user's lock counts for: those outside of the workspace. */
  readonly ofUser: Only;
};

type Make = (session: BuildSession) => Promise<Result<MadeImage, ImagesFailure>>;

/** Where definitions were found says where their layouts are: beside them in a workspace, else in a folder of our own. */
export type ChainPlace = {
  /** Holds all layouts: a workspace, or a folder of the user's. */
  readonly root: string;
};

/** The repository that we are part of: its Dockerfiles are for workspaces that have none. */
const ours = path.join(import.meta.dirname, "../../../..");

/** Each after all that it stands on. */
export async function planChain(
  chain: Chain,
  place: ChainPlace,
): Promise<Result<readonly ChainLink[], ImagesFailure>> {
  const bases = basesUnder(chain);
  if (!bases.ok) return bases;
  const { catalogue, agent: name, selection, reference } = chain;
  const agent = selectEntry(catalogue.agents, "agent", name);
  if (!agent.ok) return agent;
  const images = soundOf(catalogue.bases).map((base) => baseSource(base, place));
  const links: ChainLink[] = [];
  for (const base of bases.value) {
    const { from_image: from } = base.definition;
    const rootfs = catalogue.rootFileSystems.find((one) => one.reference === from);
    links.push(baseLink(base, { images, rootfs }, place));
  }
  const below = links.at(-1);
  if (below === undefined) throw new Error("internal: a chain without a base");
  const onBase: LayoutSource = {
    reference: agentReference(name, selection.base),
    layout: layoutOf(agent.value, place, selection.base),
    target: `${name}:image-${selection.base}`,
  };
  const folder = folderOf(agent.value.folder, place);
  links.push({
    source: onBase,
    ofUser: { ...nobody, agents: path.isAbsolute(folder) ? [name] : [] },
    make: async (session) =>
      makeAgent(session, {
        name,
        project: name,
        folder,
        layout: onBase.layout,
        base: { ...below.source, name: selection.base },
        dockerfile: await dockerfileOf(agentDockerfile, place),
      }),
  });
  if (selection.extensions.length === 0 && selection.extended === undefined) return ok(links);
  const extensions: { readonly name: string; readonly folder: string }[] = [];
  for (const extension of selection.extensions) {
    const entry = selectEntry(catalogue.extensions, "extension", extension);
    if (!entry.ok) return entry;
    extensions.push({ name: extension, folder: folderOf(entry.value.folder, place) });
  }
  const source = extendedSource(chain, place);
  const outside = extensions.filter((one) => path.isAbsolute(one.folder));
  links.push({
    source,
    ofUser: { ...nobody, extensions: outside.map((one) => one.name) },
    make: async (session) =>
      makeExtended(session, {
        reference,
        project: selection.extended ?? name,
        folder: undefined,
        layout: source.layout,
        agent: { ...onBase, name },
        extensions,
        images,
        dockerfile: await dockerfileOf(extensionDockerfile, place),
      }),
  });
  return ok(links);
}

const nobody: Only = { agents: [], bases: [], extensions: [] };

type BaseEntry = Extract<Catalogue["bases"][number], { readonly state: "sound" }>;

/** The base of the selection last, before it those that `from_image` leads to. */
function basesUnder({
  catalogue,
  selection,
}: Chain): Result<readonly BaseEntry[], CatalogueFailure | ImagesFailure> {
  const found: BaseEntry[] = [];
  for (let name: string | undefined = selection.base; name !== undefined;) {
    const entry: Result<BaseEntry, CatalogueFailure> = selectEntry(catalogue.bases, "base", name);
    if (!entry.ok) return entry;
    if (found.includes(entry.value)) {
      const references = [entry.value, ...found].map((one) => baseReference(one.name));
      return fail({ reason: "image-ring", file: entry.value.file, references });
    }
    found.unshift(entry.value);
    const from: string = entry.value.definition.from_image;
    name = catalogue.bases.find((one) => baseReference(one.name) === from)?.name;
  }
  return ok(found);
}

function baseLink(
  base: BaseEntry,
  below: { readonly images: readonly LayoutSource[]; readonly rootfs: LayoutSource | undefined },
  place: ChainPlace,
): ChainLink {
  const source = baseSource(base, place);
  const folder = folderOf(base.folder, place);
  return {
    source,
    ofUser: { ...nobody, bases: path.isAbsolute(folder) ? [base.name] : [] },
    make: async (session) =>
      makeBase(session, {
        name: base.name,
        project: base.name,
        folder,
        layout: source.layout,
        rootfs: below.rootfs,
        images: below.images.filter(({ reference }) => reference !== source.reference),
      }),
  };
}

export function baseSource(base: BaseEntry, place: ChainPlace): LayoutSource {
  return {
    reference: baseReference(base.name),
    layout: layoutOf(base, place),
    target: `${base.name}:image`,
  };
}

/** One that nobody has named lies among those of our own, by its reference. */
function extendedSource(
  { catalogue, selection, reference }: Chain,
  place: ChainPlace,
): LayoutSource {
  const named = catalogue.extendedImages.find(({ name }) => name === selection.extended);
  return {
    reference,
    layout: named === undefined ? unnamedLayout(reference) : layoutOf(named, place),
    target: `${selection.extended ?? reference}:image`,
  };
}

/** Below the folder of all layouts; what lies there is no part of a workspace. */
export const ownLayouts = ".slipway/images";

/** Of an extended image that was chosen and is defined nowhere. */
export function unnamedLayout(reference: string): string {
  return path.join(ownLayouts, "extended", reference.replaceAll(/[/:]/g, "_"));
}

/** Where the image of a definition lies, of an agent that on one of its bases. */
export function layoutOf(
  entry: Entry<unknown>,
  place: ChainPlace,
  ...names: readonly string[]
): string {
  const inRoot = path.relative(place.root, entry.folder);
  return entry.place === "workspace" && !inRoot.startsWith("..")
    ? path.join(inRoot, "dist", "image", ...names)
    : path.join(ownLayouts, entry.kind, entry.name, ...names);
}

/** As targets of Nx have it, since it is part of what they were made from; else absolute. */
function folderOf(folder: string, { root }: ChainPlace): string {
  const relative = path.relative(root, folder);
  return relative.startsWith("..") ? folder : relative;
}

async function dockerfileOf(name: string, { root }: ChainPlace): Promise<string> {
  return (await exists(path.join(root, name))) ? name : path.join(ours, name);
}
