/**
 * By name of what lies on a ring: the shortest way around it, from itself through what it needs to itself.
 */
export function ringsIn(
  needs: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...needs.keys()].flatMap((name) => {
      const way = wayAround(name, needs);
      return way === undefined ? [] : [[name, way] as const];
    }),
  );
}

function wayAround(
  start: string,
  needs: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  const seen = new Set<string>();
  const ways: (readonly string[])[] = [[start]];
  for (const way of ways) {
    for (const next of needs.get(way.at(-1) ?? "") ?? []) {
      if (next === start) return [...way, start];
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}
