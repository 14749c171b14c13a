/** Ids of processes by their names in `ao.yml`; of several environments by these first. */
type Ids = { readonly [name: string]: string | Ids };

export function idsJson(ids: Ids): string {
  return `${JSON.stringify(sorted(ids), undefined, 2)}\n`;
}

/** A constant with a type of its own: a name that is not there does not compile. */
export function idsModule(ids: Ids): string {
  const text = JSON.stringify(sorted(ids), undefined, 2);
  return `/** Ids of AO processes, written from the record of their deployments. */\nexport const processIds = ${text} as const;\n`;
}

function sorted(ids: Ids): Ids {
  const entries = Object.entries(ids).map(
    ([name, value]) => [name, typeof value === "string" ? value : sorted(value)] as const,
  );
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
