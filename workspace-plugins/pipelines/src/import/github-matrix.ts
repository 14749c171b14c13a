import { partsOf } from "./github-expression.ts";
import { entriesOf, itemsOf, textOf } from "./located.ts";
import type { Located, Plain } from "./located.ts";

type Scalar = string | number | boolean;
type Row = Readonly<Record<string, Scalar>>;

export type ImportedMatrix = {
  readonly dimensions: Readonly<Record<string, readonly Scalar[]>>;
  readonly include: readonly Row[];
  readonly exclude: readonly Row[];
};

/** `strategy.matrix`. `undefined`: it is known only when the jobs run, or its values are no scalars. */
export function importMatrix(located: Located): ImportedMatrix | undefined {
  if (located.kind !== "table") return undefined;
  const dimensions: Record<string, readonly Scalar[]> = {};
  let include: readonly Row[] | undefined = [];
  let exclude: readonly Row[] | undefined = [];
  for (const [name, each] of entriesOf(located)) {
    if (name === "include") include = rowsOf(each);
    else if (name === "exclude") exclude = rowsOf(each);
    else {
      const values = scalarsOf(each);
      if (values === undefined || !/^[A-Za-z_][\w-]*$/.test(name) || name === "rows") {
        return undefined;
      }
      dimensions[name] = values;
    }
  }
  return include === undefined || exclude === undefined
    ? undefined
    : { dimensions, include, exclude };
}

function scalarsOf(located: Located): readonly Scalar[] | undefined {
  if (located.kind !== "list" || located.items.length === 0) return undefined;
  const values = located.items.map(scalarIn);
  return values.includes(undefined) ? undefined : values.flatMap((each) => each ?? []);
}

function rowsOf(located: Located): readonly Row[] | undefined {
  if (located.kind !== "list") return undefined;
  const rows = itemsOf(located).flatMap((row) => {
    const read = rowOf(row);
    return read === undefined ? [] : [read];
  });
  return rows.length === located.items.length ? rows : undefined;
}

function rowOf(located: Located): Row | undefined {
  const all = entriesOf(located);
  const entries = all.flatMap(([name, each]) => {
    const value = scalarIn(each);
    return value === undefined || !/^[A-Za-z_][\w-]*$/.test(name) ? [] : [[name, value] as const];
  });
  return entries.length === 0 || entries.length < all.length
    ? undefined
    : Object.fromEntries(entries);
}

function scalarIn(located: Located): Scalar | undefined {
  const text = textOf(located);
  if (text === undefined || located.kind !== "scalar" || text.includes("${{")) return undefined;
  return typeof located.value === "string" ? text : (located.value ?? undefined);
}

/** As `cig.toml` has it. */
export function matrixOf({ dimensions, include, exclude }: ImportedMatrix): Plain {
  if (Object.keys(dimensions).length === 0) return { rows: include };
  return {
    ...dimensions,
    ...(include.length === 0 ? {} : { include }),
    ...(exclude.length === 0 ? {} : { exclude }),
  };
}

/** A matrix for each value of a dimension, for what a job has only one of. */
export function splitBy(
  { dimensions, include, exclude }: ImportedMatrix,
  dimension: string,
): readonly { readonly value: string; readonly matrix: ImportedMatrix }[] {
  const given = dimensions[dimension] ?? [];
  const isOf = (row: Row, value: Scalar) =>
    row[dimension] === undefined || String(row[dimension]) === String(value);
  const of = given.map((value) => ({
    value: String(value),
    matrix: {
      dimensions: { ...dimensions, [dimension]: [value] },
      include: include.filter((row) => isOf(row, value)),
      exclude: exclude.filter((row) => isOf(row, value)),
    },
  }));
  const added = Map.groupBy(
    include.filter((row) => {
      const value = row[dimension];
      return value !== undefined && !given.some((each) => String(each) === String(value));
    }),
    (row) => String(row[dimension]),
  );
  const more = [...added].map(([value, rows]) => ({
    value,
    matrix: { dimensions: {}, include: rows, exclude: [] },
  }));
  return [...of, ...more];
}

/** The dimension that `${{ matrix.os }}` asks for, and nothing else. */
export function dimensionIn(text: string): string | undefined {
  const [only, ...others] = partsOf(text);
  return others.length === 0 && only?.kind === "expression"
    ? /^matrix\.([A-Za-z_][\w-]*)$/.exec(only.source)?.[1]
    : undefined;
}
