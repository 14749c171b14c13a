import { importCircleJob, wholeCircleJob } from "./circleci-jobs.ts";
import type { CircleFile, CircleJob } from "./circleci-jobs.ts";
import { nameFrom } from "./github-jobs.ts";
import type { Table } from "./github-jobs.ts";
import { entriesOf, itemsOf, plainOf, textOf } from "./located.ts";
import type { Located } from "./located.ts";

export type Made = { readonly id: string; readonly table: Table; readonly built: CircleJob };

/** One with a matrix, or where that cannot be said one for each choice. */
export function jobsOf(
  id: string,
  job: Located,
  values: ReadonlyMap<string, Located>,
  matrix: Located | undefined,
  circle: CircleFile,
): readonly Made[] {
  const isWhole = [...circle.whole].some((each) => each === id || each.startsWith(`${id}-`));
  const read = isWhole ? wholeCircleJob : importCircleJob;
  const dimensions = dimensionsOf(matrix).filter((each) => isDimension(...each));
  if (dimensions.length === 0) {
    const built = read({ job, values, templates: new Map() }, circle);
    return [{ id, table: {}, built }];
  }
  const names = new Set(dimensions.map(([name]) => name));
  const templates = new Map([...names].map((name) => [name, `{{ matrix.${name} }}`]));
  const others = new Map([...values].filter(([name]) => !names.has(name)));
  const open = read({ job, values: others, templates }, circle);
  const excluded = itemsOf(tableIn(matrix).get("exclude"));
  if (!open.isOpen) {
    const all = Object.fromEntries(
      dimensions.map(([name, each]) => [name, itemsOf(each).map(plainOf)]),
    );
    const exclude = excluded.length === 0 ? {} : { exclude: excluded.map(plainOf) };
    return [{ id, table: { matrix: { ...all, ...exclude } }, built: open }];
  }
  return choicesOf(dimensions, excluded).map((choice) => ({
    id: [id, ...[...choice.values()].map((each) => nameFrom(textOf(each) ?? ""))].join("-"),
    table: {},
    built: read({ job, values: new Map([...others, ...choice]), templates: new Map() }, circle),
  }));
}

export function dimensionsOf(matrix: Located | undefined): readonly (readonly [string, Located])[] {
  return entriesOf(tableIn(matrix).get("parameters"));
}

/** Whether it has a name that we can say, and values to choose from, each once. */
export function isDimension(name: string, located: Located): boolean {
  const texts = itemsOf(located).flatMap((each) => textOf(each) ?? []);
  const isEach = texts.length === itemsOf(located).length && new Set(texts).size === texts.length;
  return /^[A-Za-z_][\w-]*$/.test(name) && texts.length > 0 && isEach;
}

type Choice = ReadonlyMap<string, Located>;

function choicesOf(
  dimensions: readonly (readonly [string, Located])[],
  excluded: readonly Located[],
): readonly Choice[] {
  const all = dimensions.reduce<readonly Choice[]>(
    (before, [name, each]) =>
      before.flatMap((choice) => itemsOf(each).map((value) => new Map([...choice, [name, value]]))),
    [new Map()],
  );
  return all.filter((choice) =>
    excluded.every((row) =>
      entriesOf(row).some(([name, value]) => textOf(choice.get(name)) !== textOf(value)),
    ),
  );
}

function tableIn(located: Located | undefined): ReadonlyMap<string, Located> {
  return new Map(entriesOf(located));
}
