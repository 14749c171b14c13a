import { compareBytes } from "@slipway/signature/basics";

/** Ids with what each needs. */
export type Needs = ReadonlyMap<string, readonly string[]>;

/** What is needed comes before what needs it; what could stand in either order is in that of its bytes. */
export function topologicalOrder(needs: Needs): readonly string[] {
  const left = new Map(
    [...needs].map(([id, of]) => [id, new Set(of.filter((one) => needs.has(one)))]),
  );
  const users = new Map<string, string[]>();
  for (const [id, of] of left) {
    for (const one of of) users.set(one, [...(users.get(one) ?? []), id]);
  }
  const ready = [...left].filter(([, of]) => of.size === 0).map(([id]) => id);
  const order: string[] = [];
  let level = ready.toSorted(compareBytes);
  while (level.length > 0) {
    const next: string[] = [];
    for (const id of level) {
      order.push(id);
      for (const user of users.get(id) ?? []) {
        const of = left.get(user);
        if (of?.delete(id) === true && of.size === 0) next.push(user);
      }
    }
    level = next.toSorted(compareBytes);
  }
  return order;
}

/** The shortest way from an id back to itself, `undefined` where there is none: `a`, `b`, `a`. */
export function circleThrough(start: string, needs: Needs): readonly string[] | undefined {
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
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
