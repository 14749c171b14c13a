const mostNames = 5;

/** Ids with the same project or the same target as one that there is not. */
export function idsNear(id: string, known: Iterable<string>): readonly string[] {
  const [project, target] = splitId(id);
  return [...known]
    .filter((other) => splitId(other)[0] === project || splitId(other)[1] === target)
    .slice(0, mostNames);
}

function splitId(id: string): readonly [project: string, target: string] {
  const colon = id.indexOf(":");
  return colon === -1 ? [id, ""] : [id.slice(0, colon), id.slice(colon + 1)];
}
