import path from "node:path";
import { parseShortReference } from "@slipway/registry/reference";
import { z } from "zod";
import { isOfSystem } from "./run/system-folders.ts";

const text = z.string().regex(/\S/, "must not be empty");

/**
 * Directory names become parts of image references (OCI distribution spec, `<name>` and `<reference>`). Without a double
 * dash, which parts the names in the reference of an extended image.
 */
export const ImageName = z
  .string()
  .regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/, "must be lower-case letters, digits, single . _ -")
  .max(60, "must have 60 characters at most")
  .refine(isNoMember, "must be another: every object has one of that name");

const architectures = z
  .array(z.enum(["amd64", "arm64"]))
  .min(1)
  .refine(isWithoutRepeats, "must not repeat an architecture");

/** `base.yml` (images.md, 1.2). */
export const BaseDefinition = z.strictObject({
  from_image: text.refine(isReference, "must be the name of an image").meta({
    description:
      "Reference of the image that the base's Dockerfile begins with; it gets it as FROM_IMAGE.",
    formerly: ["root_image"],
  }),
  base_image_distro: text.meta({
    description:
      "Distribution of the base, for example Debian. base_distro_exclude of an agent is compared with it.",
  }),
  base_image_description: text.meta({ description: "What people read when they choose a base." }),
  architectures: architectures.meta({
    description: "Processors that the base is built for.",
    uniqueItems: true,
  }),
  build_local: z
    .boolean()
    .optional()
    .meta({ description: "Read, and of no effect: what is defined here is built here." }),
});
export type BaseDefinition = z.output<typeof BaseDefinition>;

const agentPath = z.strictObject(
  {
    files: z.array(text).optional().meta({
      description: "Files; one that the host does not have is made, empty.",
    }),
    directories: z.array(text).optional().meta({
      description: "Folders; one that the host does not have is made.",
    }),
  },
  { error: ({ code, input }) => (code === "invalid_type" ? formerAgentPath(input) : undefined) },
);

/** `agent.yml` (images.md, 1.1). */
export const AgentDefinition = z.strictObject({
  agent_full_name: text.meta({ description: "Name of the agent for people." }),
  agent_homepage: text.meta({ description: "Where people read about the agent." }),
  agent_path: agentPath.optional().meta({
    description:
      "What of the user's home the agent keeps its settings in; mounted at the same path.",
  }),
  build_local: z.boolean().default(true).meta({
    description:
      "true: images of it are built on the machine that runs them, and never pushed. false: the agent may be redistributed.",
  }),
  base_exclude: z.array(text).default([]).meta({
    description: "Names of bases that the agent does not go on, in any case of letters.",
  }),
  base_distro_exclude: z.array(text).default([]).meta({
    description: "Distributions that the agent does not go on, in any case of letters.",
  }),
});
export type AgentDefinition = z.output<typeof AgentDefinition>;

const share = text
  .regex(
    /^(?:\/|~(?:\/|$))[^:]*(?::ro)?$/,
    "must be a path that begins with / or ~/, and may end with :ro",
  )
  .refine(hidesNothing, "must not be a folder that every image has of its own");

/** `extension.yml` (images.md, 1.3). */
export const ExtensionDefinition = z.strictObject({
  name: text.meta({ description: "Name of the extension for people." }),
  description: text.meta({ description: "What it adds to an image, for people." }),
  shares: z.array(share).default([]).meta({
    description:
      "Paths of the host that its images are started with, at the same path; :ro is read-only.",
  }),
});
export type ExtensionDefinition = z.output<typeof ExtensionDefinition>;

const localReference = z
  .string()
  .max(255)
  .regex(
    /^(?:[A-Za-z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?$/,
    "must be the name of an image, with or without a tag",
  );

/** `image-extended.yml` (images.md, 1.8): an agent's image on a base with extensions, under a name of its own. */
export const ExtendedImageDefinition = z.strictObject({
  agent: ImageName.meta({ description: "Name of the agent." }),
  base: ImageName.meta({ description: "Name of the base that the agent is on." }),
  extensions: z
    .array(ImageName)
    .refine(isWithoutRepeats, "must not repeat an extension")
    .default([])
    .meta({
      uniqueItems: true,
      description:
        "Names of extensions. They are put on in one order, whatever is written here: those of scripts by name, then those of Dockerfiles by name.",
    }),
  image_ref: localReference.optional().meta({
    description: "What the engine calls the image; without it a name is made of all these names.",
  }),
});
export type ExtendedImageDefinition = z.output<typeof ExtendedImageDefinition>;

/** What the graph needs of a base; a broken file excludes nothing, its own target reports it. */
export type BaseOnOffer = { readonly name: string; readonly distro: string };

/** Excludes compare without case, names against names and distributions against distributions. */
export function basesFor<Base extends BaseOnOffer>(
  agent: Pick<AgentDefinition, "base_exclude" | "base_distro_exclude">,
  bases: readonly Base[],
): readonly Base[] {
  return bases.filter((base) => findExclusion(agent, base) === undefined);
}

/** What keeps an agent from a base; `undefined`: it goes on it. */
export function findExclusion(
  agent: Pick<AgentDefinition, "base_exclude" | "base_distro_exclude">,
  base: BaseOnOffer,
): "base_exclude" | "base_distro_exclude" | undefined {
  if (holds(agent.base_exclude, base.name)) return "base_exclude";
  return holds(agent.base_distro_exclude, base.distro) ? "base_distro_exclude" : undefined;
}

function holds(words: readonly string[], word: string): boolean {
  return words.some((each) => each.toLowerCase() === word.toLowerCase());
}

function hidesNothing(written: string): boolean {
  return !written.startsWith("/") || !isOfSystem(path.resolve(written.replace(/:ro$/, "")));
}

/** Blanks are told as such. */
function isReference(name: string): boolean {
  return name.trim() === "" || (isNoMember(name) && parseShortReference(name).ok);
}

/** What is looked up by name in what files say would be found there though nobody has said it. */
function isNoMember(name: string): boolean {
  return !(name in {});
}

function isWithoutRepeats(list: readonly string[]): boolean {
  return new Set(list).size === list.length;
}

/** It was one path, then a list of paths, and what of them are files was guessed (images.md, 1.1). */
function formerAgentPath(input: unknown): string | undefined {
  const paths = z
    .union([z.string().transform((one) => [one]), z.array(z.string())])
    .safeParse(input);
  if (!paths.success || paths.data.length === 0) return undefined;
  const [files, directories] = [
    paths.data.filter(isNamedAsFile),
    paths.data.filter((one) => !isNamedAsFile(one)),
  ];
  const now = Object.entries({ files, directories })
    .filter(([, list]) => list.length > 0)
    .map(([key, list]) => `${key}: [${list.join(", ")}]`);
  return `is written with files and directories now: agent_path: { ${now.join(", ")} }`;
}

function isNamedAsFile(name: string): boolean {
  return /[^/.][^/]*\.[^/]+$/.test(name);
}
