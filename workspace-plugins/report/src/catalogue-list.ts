import type { Catalogue, Entry } from "@slipway/images";

type NamedPair = {
  readonly agent: string;
  readonly base: string;
  /** Why it does not go on the base. */
  readonly obstacle?: string;
  /** Of the agent in the image that is built. */
  readonly version?: string;
};

/** One row a definition: kind, name, place, and what it is. */
export function catalogueRows(
  { agents, bases, extensions, extendedImages, overrides }: Catalogue,
  pairs: readonly NamedPair[],
): readonly (readonly string[])[] {
  const row = rowWith(overrides);
  const rows = [
    ...agents.map((entry) => row(entry, () => basesOf(entry.name, pairs))),
    ...bases.map((entry) =>
      row(entry, ({ base_image_distro: distro, architectures }) =>
        [distro, ...architectures].join(" "),
      ),
    ),
    ...extensions.map((entry) => row(entry, ({ description }) => description)),
    ...extendedImages.map((entry) =>
      row(entry, ({ agent, base, extensions: on }) => [`${agent} on ${base}`, ...on].join(" + ")),
    ),
  ];
  return rows.length === 0 ? [["no definitions found"]] : [head, ...rows];
}

const head = ["kind", "name", "from", "what it is"];

/** An entry that replaces others says of which places. */
function rowWith(overrides: Catalogue["overrides"]) {
  return <Definition>(
    entry: Entry<Definition>,
    describe: (definition: Definition) => string,
  ): readonly string[] => {
    const { kind, name, place } = entry;
    const replaced = overrides
      .filter(({ by }) => by.kind === kind && by.name === name)
      .map((each) => each.replaced.place);
    const from = replaced.length === 0 ? place : `${place}, for ${replaced.join(" and ")}`;
    const what =
      entry.state === "sound"
        ? describe(entry.definition)
        : "broken: slipway agent validate says why";
    return [kind, name, from, what];
  };
}

function basesOf(agent: string, pairs: readonly NamedPair[]): string {
  const own = pairs.filter((pair) => pair.agent === agent);
  const on = own
    .filter(({ obstacle }) => obstacle === undefined)
    .map(({ base, version }) => (version === undefined ? base : `${base} (${version})`));
  const not = own.flatMap(({ base, obstacle }) =>
    obstacle === undefined ? [] : [`not on ${base} (${obstacle})`],
  );
  return [on.length === 0 ? "on no base" : `on ${on.join(", ")}`, ...not].join("; ");
}
