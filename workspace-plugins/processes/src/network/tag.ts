import { z } from "zod";

export const Tag = z.object({ name: z.string(), value: z.string() });
export type Tag = Readonly<z.output<typeof Tag>>;
