import { z } from "zod";

/** What the settings of every backend have. */
export const settingsOfBackends = {
  bucket: z.string().regex(/^[\w.-]+$/, "letters, digits, . _ and -"),
  prefix: z
    .string()
    .regex(/^[\w./-]*$/, "letters, digits, . _ - and /")
    .default(""),
  save_in_pull_requests: z.boolean().default(false),
} as const;

/** Of a secret that the provider keeps. */
export const SecretName = z.string().regex(/^[A-Za-z_]\w*$/, "the name of a secret");
