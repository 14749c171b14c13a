import { z } from "zod";

export const Tag = z.strictObject({ name: z.string(), value: z.string() });
export type Tag = Readonly<z.output<typeof Tag>>;

/** The value of the first tag of that name, in the exact case. */
export function tagValue(tags: readonly Tag[], name: string): string | undefined {
  return tags.find((tag) => tag.name === name)?.value;
}
