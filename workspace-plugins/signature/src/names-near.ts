/** As many letters may be wrong, missing or too many; of a short name no more than half of them, or any would be near. */
const mostEdits = 2;

/** The names that the words begin with but for a slip of the keyboard, or that begin with the words. */
export function namesNear(words: readonly string[], known: readonly string[]): readonly string[] {
  return known.filter((name) => {
    const length = name.split(" ").length;
    const given = words.slice(0, length).join(" ");
    return (
      name.startsWith(`${words.join(" ")} `) ||
      editsBetween(given, name) <= Math.min(mostEdits, Math.floor(name.length / 2))
    );
  });
}

/** Levenshtein's distance. */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [at, letter] of Array.from(from).entries()) {
    const next = [at + 1];
    for (const [column, other] of Array.from(to).entries()) {
      const change = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
