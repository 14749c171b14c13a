import type { Structured } from "./structured.ts";

/** A value and the plugin that gave it. */
export type Given = { readonly plugin: string; readonly value: Structured };

export type ValueConflict = {
  /** JSON pointer (RFC 6901) into the merged value. */
  readonly pointer: string;
  readonly plugins: readonly [string, string];
  readonly values: readonly [string, string];
  readonly because: "values" | "kinds" | "lists";
};

const identities = ["id", "key", "name"] as const;

/**
 * One value of many: keys of mappings together, items of lists that are the same by an id, key or name together, and equal values
 * as they are. Keys and items stand where the first that gave them has them. Every conflict is told.
 */
export function mergeValues(
  all: readonly Given[],
  tell: (conflict: ValueConflict) => void,
  pointer = "",
): Structured {
  const [first, ...others] = all;
  if (first === undefined) throw new Error("internal: nothing to merge");
  const differing = others.find(({ value }) => !isEqual(first.value, value));
  if (differing === undefined) return first.value;
  const kinds = new Set(all.map(({ value }) => kindOf(value)));
  const conflict = (because: ValueConflict["because"]): Structured => {
    tell({
      pointer,
      plugins: [first.plugin, differing.plugin],
      values: [shown(first.value), shown(differing.value)],
      because,
    });
    return first.value;
  };
  if (kinds.size > 1) return conflict("kinds");
  if (kinds.has("mapping")) return mergeMappings(all, tell, pointer);
  if (kinds.has("scalar")) return conflict("values");
  const identity = identities.find((name) => all.every((one) => isIdentified(one.value, name)));
  return identity === undefined ? conflict("lists") : mergeLists(all, identity, { tell, pointer });
}

function mergeMappings(
  all: readonly Given[],
  tell: (conflict: ValueConflict) => void,
  pointer: string,
): Structured {
  const byKey = Map.groupBy(
    all.flatMap(({ plugin, value }) =>
      entriesOf(value).map(([key, one]) => ({ key, given: { plugin, value: one } })),
    ),
    ({ key }) => key,
  );
  return new Map(
    [...byKey].map(([key, given]) => [
      key,
      mergeValues(
        given.map((one) => one.given),
        tell,
        `${pointer}/${escaped(String(key))}`,
      ),
    ]),
  );
}

function mergeLists(
  all: readonly Given[],
  identity: string,
  { tell, pointer }: { readonly tell: (conflict: ValueConflict) => void; readonly pointer: string },
): Structured {
  const byIdentity = Map.groupBy(
    all.flatMap(({ plugin, value }) => itemsOf(value).map((item) => ({ plugin, value: item }))),
    ({ value }) => identityOf(value, identity),
  );
  return [...byIdentity.values()].map((given, at) => mergeValues(given, tell, `${pointer}/${at}`));
}

/** Whether every item of a list is a mapping with a scalar of this name, each another one. */
function isIdentified(value: Structured, name: string): boolean {
  const found = itemsOf(value).map((item) => identityOf(item, name));
  return !found.includes(undefined) && new Set(found).size === found.length;
}

function identityOf(item: Structured, name: string): Structured | undefined {
  const value = new Map(entriesOf(item)).get(name);
  return value === undefined || value === null || kindOf(value) !== "scalar" ? undefined : value;
}

function kindOf(value: Structured): "mapping" | "list" | "scalar" {
  if (value instanceof Map) return "mapping";
  return Array.isArray(value) ? "list" : "scalar";
}

function entriesOf(value: Structured): readonly (readonly [unknown, Structured])[] {
  return value instanceof Map ? [...(value as ReadonlyMap<unknown, Structured>)] : [];
}

function itemsOf(value: Structured): readonly Structured[] {
  return Array.isArray(value) ? (value as readonly Structured[]) : [];
}

function isEqual(a: Structured, b: Structured): boolean {
  const kind = kindOf(a);
  if (kind !== kindOf(b)) return false;
  if (kind === "scalar") return Object.is(a, b);
  if (kind === "list") {
    const [left, right] = [itemsOf(a), itemsOf(b)];
    return left.length === right.length && left.every((one, at) => isEqual(one, right[at] ?? null));
  }
  const other = new Map(entriesOf(b));
  const own = entriesOf(a);
  return (
    own.length === other.size &&
    own.every(([key, one]) => {
      const there = other.get(key);
      return there !== undefined && isEqual(one, there);
    })
  );
}

const shownLength = 80;

function shown(value: Structured): string {
  const text = JSON.stringify(value, (_key, one: unknown) => {
    if (one instanceof Map) return Object.fromEntries(one as ReadonlyMap<string, unknown>);
    return typeof one === "bigint" ? Number(one) : one;
  });
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}

function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
