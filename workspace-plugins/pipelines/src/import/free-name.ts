import type { Plain } from "./located.ts";

/** `wanted`, or with a number, where it is of another value. */
export function freeName(wanted: string, value: Plain, table: ReadonlyMap<string, Plain>): string {
  const written = JSON.stringify(value);
  return firstFree(wanted, (name) => {
    const known = table.get(name);
    return known === undefined || JSON.stringify(known) === written;
  });
}

/** Ids that differ in the size of letters alone are one. Puts it into `taken`, whose letters are small. */
export function freeId(wanted: string, taken: Set<string>): string {
  const id = firstFree(wanted, (each) => !taken.has(each.toLowerCase()));
  taken.add(id.toLowerCase());
  return id;
}

function firstFree(wanted: string, isFree: (name: string) => boolean): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (isFree(name)) return name;
  }
}
