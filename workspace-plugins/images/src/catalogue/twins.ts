import { problemAt } from "@slipway/definitions";
import type { Problem } from "@slipway/definitions";
import { locatedOf } from "./entry.ts";
import type { BrokenEntry, Entry } from "./entry.ts";

/**
 * Of entries of one kind and place: a name that several folders have is one broken entry with all their problems, since
 * nobody can say which of them is meant; a name that differs from another in case alone is broken by itself.
 */
export function tellTwins<Definition>(
  entries: readonly Entry<Definition>[],
): readonly Entry<Definition>[] {
  const byName = Map.groupBy(entries, ({ name }) => name);
  return [...byName.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    if (others.length > 0) return [joined([first, ...others])];
    const lower = first.name.toLowerCase();
    return lower !== first.name && byName.has(lower)
      ? [broken(first, [atStart(first.file, `the name differs from ${lower} in case alone`)])]
      : [first];
  });
}

export function broken(entry: Entry<unknown>, more: readonly Problem[]): BrokenEntry {
  const problems = entry.state === "broken" ? entry.problems : [];
  return { ...locatedOf(entry), state: "broken", problems: [...problems, ...more] };
}

function joined(entries: readonly [Entry<unknown>, ...Entry<unknown>[]]): BrokenEntry {
  const problems = entries.flatMap((entry) => {
    const others = entries.filter((other) => other !== entry).map(({ folder }) => folder);
    const twin = atStart(entry.file, `${entry.name} is defined in ${others.join(" and ")} too`);
    return broken(entry, [twin]).problems;
  });
  return { ...broken(entries[0], []), problems };
}

function atStart(file: string, message: string): Problem {
  return problemAt({ file, text: "" }, [], message);
}
