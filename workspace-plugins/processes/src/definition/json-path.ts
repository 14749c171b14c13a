/** A step into JSON: a name, a position (from the end where negative), or each of what is there. */
type Step = { readonly name: string } | { readonly at: number } | "each";

export type JsonPath = readonly Step[];

const step =
  /\.(?<dotted>[A-Za-z_\u0080-\uFFFF][\w\u0080-\uFFFF-]*)|\[(?:(?<at>0|-?[1-9]\d{0,8})|'(?<single>[^'\\]*)'|"(?<double>[^"\\]*)")\]|(?<each>\.\*|\[\*\])/y;

/** Of RFC 9535 what has no filter, slice or descent: `$.skills[0].name`, `$.tags['a b']`, `$.skills[*].id`. */
export function parseJsonPath(text: string): JsonPath | undefined {
  if (!text.startsWith("$")) return undefined;
  const steps: Step[] = [];
  for (let at = 1; at < text.length;) {
    step.lastIndex = at;
    const groups = step.exec(text)?.groups;
    if (groups === undefined) return undefined;
    const name = groups["dotted"] ?? groups["single"] ?? groups["double"];
    if (name !== undefined) steps.push({ name });
    else steps.push(groups["at"] === undefined ? "each" : { at: Number(groups["at"]) });
    at = step.lastIndex;
  }
  return steps;
}

/** The values that a path leads to, in their order; none where something on the way is not there. */
export function valuesAt(path: JsonPath, value: unknown): readonly unknown[] {
  return path.reduce<readonly unknown[]>(
    (values, each) => values.flatMap((inner) => stepInto(each, inner)),
    [value],
  );
}

function stepInto(each: Step, value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if (each === "each") return Object.values(value);
  if ("at" in each) {
    if (!Array.isArray(value)) return [];
    const list: readonly unknown[] = value;
    const at = each.at < 0 ? list.length + each.at : each.at;
    return at in list ? [list[at]] : [];
  }
  if (Array.isArray(value) || !Object.hasOwn(value, each.name)) return [];
  return Object.entries(value).flatMap(([name, found]: [string, unknown]) =>
    name === each.name ? [found] : [],
  );
}
