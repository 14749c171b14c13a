import { namesNear } from "@slipway/signature/names-near";
import type { PlannedId } from "./ids.ts";
import type { KeyPath, Tell } from "./scope.ts";

const needPattern = /^(?<base>[\w-]+)(?:\[(?<values>[^\]]+)\])?$/;

/** The ids of the jobs that a need stands for: all of a job with a matrix, or those with the values in its brackets. */
export function jobsNeeded(
  need: string,
  planned: readonly PlannedId[],
  { path, tell }: { readonly path: KeyPath; readonly tell: Tell },
): readonly string[] {
  const { base = "", values } = needPattern.exec(need)?.groups ?? {};
  const ofBase = planned.filter((one) => one.base === base);
  if (ofBase.length === 0) {
    const [near] = namesNear([base], [...new Set(planned.map((one) => one.base))]);
    const hint = near === undefined ? {} : { hint: `did you mean ${near}?` };
    tell({ path, message: `there is no job ${base === "" ? need : base}`, ...hint });
    return [];
  }
  const wanted = (values ?? "").split(",").filter((part) => part !== "");
  const found = ofBase.filter(({ instance }) =>
    wanted.every((part) => {
      const [dimension = "", value] = part.split("=", 2);
      return instance.values[dimension.trim()] === value?.trim();
    }),
  );
  if (found.length === 0) {
    const message = `no job of the matrix of ${base} has ${wanted.join(", ")}`;
    tell({ path, message, hint: `there are ${ofBase.map(({ name }) => name).join("; ")}` });
  }
  return found.map(({ id }) => id);
}
