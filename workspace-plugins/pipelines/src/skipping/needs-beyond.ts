/** What a job waits for when some are left out: in the place of one of these, what that one waits for. */
export function needsBeyond(
  id: string,
  needs: ReadonlyMap<string, readonly string[]>,
  leftOut: ReadonlySet<string>,
): readonly string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const follow = (of: string): void => {
    for (const need of needs.get(of) ?? []) {
      if (!leftOut.has(need)) found.add(need);
      else if (!seen.has(need)) {
        seen.add(need);
        follow(need);
      }
    }
  };
  follow(id);
  return [...found];
}
