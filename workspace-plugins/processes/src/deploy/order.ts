/** What a process of an environment waits for. */
export type Needing = {
  readonly name: string;
  readonly needs: readonly string[];
  readonly onBoot: boolean;
};

/**
 * Processes in waves: those of one need none of the same or of a later one, but where they need each other in a ring,
 * which is cut where the definition enters it. All ids are known by then.
 */
export function evaluationWaves<Each extends Needing>(
  all: readonly Each[],
): readonly (readonly Each[])[] {
  return wavesOf(all, ({ needs }) => needs);
}

/** The same for spawns: only those that run their code wait for the ids that it reads. */
export function spawnWaves<Each extends Needing>(
  all: readonly Each[],
): readonly (readonly Each[])[] {
  return wavesOf(all, ({ needs, onBoot }) => (onBoot ? needs : []));
}

function wavesOf<Each extends Needing>(
  all: readonly Each[],
  waitsFor: (each: Each) => readonly string[],
): readonly (readonly Each[])[] {
  const byName = new Map(all.map((each) => [each.name, each]));
  const depths = new Map<string, number>();
  const depthOf = (each: Each, above: ReadonlySet<string>): number => {
    const known = depths.get(each.name);
    if (known !== undefined) return known;
    const path = new Set([...above, each.name]);
    const needed = waitsFor(each).flatMap((name) => byName.get(name) ?? []);
    const before = needed
      .filter(({ name }) => !path.has(name))
      .map((one) => depthOf(one, path) + 1);
    const depth = Math.max(0, ...before);
    depths.set(each.name, depth);
    return depth;
  };
  for (const each of all) depthOf(each, new Set());
  const last = Math.max(-1, ...depths.values());
  return Array.from({ length: last + 1 }, (_, depth) =>
    all.filter(({ name }) => depths.get(name) === depth),
  );
}
