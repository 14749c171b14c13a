import { Feature_Support } from "./generated/slipway/pipelines/v1/plugin_pb.js";

export type RenderedFeature = {
  readonly name: string;
  readonly support: Feature_Support;
  readonly note: string;
};

type Notes = Readonly<Record<string, string>>;

/** What of the graph a provider has: names of fields and enum values, several in a text with spaces between, or with a note. */
export function featuresOf({
  native,
  emulated,
  missing,
}: {
  readonly native: readonly string[];
  readonly emulated: Notes;
  readonly missing: Notes;
}): readonly RenderedFeature[] {
  return [
    ...native
      .flatMap((names) => names.split(" "))
      .map((name) => ({ name, support: Feature_Support.NATIVE, note: "" })),
    ...noted(emulated, Feature_Support.EMULATED),
    ...noted(missing, Feature_Support.NONE),
  ];
}

function noted(notes: Notes, support: Feature_Support): readonly RenderedFeature[] {
  return Object.entries(notes).map(([name, note]) => ({ name, support, note }));
}
