import { z } from "zod";
import { pythonRange } from "../show-deps/python-range.ts";
import type { Dependency } from "./dependency.ts";
import { withMarker } from "./requirement.ts";

const table = z.object({
  version: z.string(),
  extras: z.array(z.string()).default([]),
  optional: z.boolean().default(false),
  markers: z.string().default(""),
  python: z.string().default(""),
});

/** An entry of Poetry's, a version or a table. `undefined` for one of a place, or of several constraints. */
export function poetryDependency(name: string, value: unknown): Dependency | undefined {
  if (typeof value === "string") return { package: name, version: value };
  const read = table.safeParse(value).data;
  if (read === undefined) return undefined;
  const python = pythonMarker(read.python);
  if (python === undefined) return undefined;
  const isBoth = read.markers !== "" && python !== "";
  const marker = isBoth ? `(${read.markers}) and ${python}` : read.markers + python;
  const extras = read.extras.length === 0 ? "" : `[${read.extras.join(",")}]`;
  return {
    package: name + extras,
    version: withMarker(read.version, marker),
    ...(read.optional ? { optional: true } : {}),
  };
}

/** Poetry's `python = "<3.9"` as a marker of PEP 508; `undefined` where it is no range. */
function pythonMarker(constraint: string): string | undefined {
  const range = pythonRange(constraint);
  if (range === undefined || range === "") return range;
  const parts = range.split(",").map((part) => /^([<>=!~]+)\s*(\S+)$/.exec(part));
  if (parts.includes(null)) return undefined;
  return parts
    .map((part) => `python_version ${part?.[1] ?? ""} '${part?.[2] ?? ""}'`)
    .join(" and ");
}
