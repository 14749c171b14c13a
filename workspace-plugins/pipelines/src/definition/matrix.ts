import { z } from "zod";
import { Name, Scalar } from "./words.ts";

const Values = z.array(Scalar).min(1);
const Row = z.record(Name, Scalar);
const kept = ["include", "exclude", "rows"];

/** Dimensions by name, beside `include`, `exclude` and `rows`, which are no dimensions. */
export const Matrix = z
  .intersection(
    z.object({
      include: z.array(Row).min(1).optional().meta({ description: "Rows beside, or more values." }),
      exclude: z.array(Row).min(1).optional().meta({ description: "Choices that are no job." }),
      rows: z.array(Row).min(1).optional().meta({ description: "A job for each." }),
    }),
    z.record(Name, z.union([Values, z.array(Row)])),
  )
  .superRefine((matrix, context) => {
    const dimensions = Object.entries(matrix).filter(([name]) => !kept.includes(name));
    for (const [name, values] of dimensions) {
      if (!Values.safeParse(values).success) {
        context.addIssue({
          code: "custom",
          path: [name],
          message: "a list of texts, numbers or true and false",
        });
      }
    }
    if (matrix.rows !== undefined && dimensions.length > 0) {
      context.addIssue({
        code: "custom",
        path: ["rows"],
        message: "rows, or dimensions, not both",
      });
    }
    if (dimensions.length === 0 && matrix.rows === undefined && matrix.include === undefined) {
      context.addIssue({ code: "custom", message: "no dimension, no row" });
    }
  });
export type Matrix = z.output<typeof Matrix>;
