import { z } from "zod";

const text = z.string().regex(/\S/, "must not be empty");

/** Directory names become parts of image references (OCI distribution spec, `<name>` and `<reference>`). */
export const ImageName = z
  .string()
  .regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/, "must be lower-case letters, digits, single . _ -")
  .max(60);

const architectures = z
  .array(z.enum(["amd64", "arm64"]))
  .min(1)
  .refine((list) => new Set(list).size === list.length, "must not repeat an architecture");

/** `base.yml` (images.md, 1.2). */
export const BaseDefinition = z.strictObject({
  from_image: text,
  base_image_distro: text,
  base_image_description: text,
  architectures,
  build_local: z.boolean().optional(),
});
export type BaseDefinition = z.output<typeof BaseDefinition>;

/** `agent.yml` (images.md, 1.1). */
export const AgentDefinition = z.strictObject({
  agent_full_name: text,
  agent_homepage: text,
  agent_path: z
    .strictObject({ files: z.array(text).optional(), directories: z.array(text).optional() })
    .optional(),
  build_local: z.boolean().default(true),
  base_exclude: z.array(text).default([]),
  base_distro_exclude: z.array(text).default([]),
});
export type AgentDefinition = z.output<typeof AgentDefinition>;

/** What the graph needs of a base; a broken file excludes nothing, its own target reports it. */
export type BaseOnOffer = { readonly name: string; readonly distro: string };

/** Excludes compare without case, names against names and distributions against distributions. */
export function basesFor<Base extends BaseOnOffer>(
  agent: Pick<AgentDefinition, "base_exclude" | "base_distro_exclude">,
  bases: readonly Base[],
): readonly Base[] {
  const names = lowerCased(agent.base_exclude);
  const distributions = lowerCased(agent.base_distro_exclude);
  return bases.filter(
    (base) => !names.has(base.name.toLowerCase()) && !distributions.has(base.distro.toLowerCase()),
  );
}

function lowerCased(words: readonly string[]): ReadonlySet<string> {
  return new Set(words.map((word) => word.toLowerCase()));
}
