import { z } from "zod";

export const Tag = z.object({ name: z.string(), value: z.string() });
export type Tag = Readonly<z.output<typeof Tag>>;

/** In ms of the epoch, as a `Date` can hold it. */
export const Moment = z.number().min(0).max(8.64e15);
