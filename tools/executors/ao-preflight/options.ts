import { z } from "zod";

export const Options = z.strictObject({});
