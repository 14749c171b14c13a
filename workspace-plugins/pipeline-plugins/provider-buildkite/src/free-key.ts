/** Keys are of a whole build. */
export function freeKey(wanted: string, taken: ReadonlySet<string>): string {
  return taken.has(wanted) ? freeKey(`${wanted}_`, taken) : wanted;
}
