import { manifestShape } from "../manifest-shape.ts";
import { isObject } from "../struct-json.ts";
import type { Shape } from "../struct-json.ts";

/** The keys of a manifest that aigg drops when it saves it, as `a.b[0].c`, in the order of the file. */
export function unknownKeys(
  manifest: unknown,
  shape: Shape = manifestShape,
  at = "",
): readonly string[] {
  if (shape.kind === "list" && Array.isArray(manifest)) {
    return manifest.flatMap((item, index) => unknownKeys(item, shape.of, `${at}[${index}]`));
  }
  if (shape.kind !== "struct" || !isObject(manifest)) return [];
  return Object.entries(manifest).flatMap(([key, value]) => {
    const name = at === "" ? key : `${at}.${key}`;
    const field = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
    return field === undefined ? [name] : unknownKeys(value, field.shape, name);
  });
}
