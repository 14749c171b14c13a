import type { CheckedImage } from "@slipway/images";

const head = ["image", "recorded", "answered", "verdict", "size", "time"];

const verdicts: { readonly [State in CheckedImage["state"]]: string } = {
  "as-recorded": "as recorded",
  differs: "another version",
  "not-built": "not built",
  "not-loaded": "not in the engine",
};

/** One row an image: both versions, what follows, the size of its layers, and how long the start took. */
export function imageCheckRows(images: readonly CheckedImage[]): readonly (readonly string[])[] {
  if (images.length === 0) return [["no image of an agent is built"]];
  const rows = images.map((image) => {
    if (image.state === "not-built") return [image.reference, "", "", verdicts[image.state]];
    const { reference, state, recorded, answered, sizeBytes, tookMs } = image;
    return [
      reference,
      recorded,
      // A failure's words may be many lines.
      answered?.split("\n").at(-1) ?? "",
      verdicts[state],
      `${Math.round(sizeBytes / 1e6)} MB`,
      tookMs === undefined ? "" : `${(tookMs / 1000).toFixed(1)} s`,
    ];
  });
  return [head, ...rows];
}

/** How many images have each verdict. */
export function imageCheckTotals(images: readonly CheckedImage[]): string {
  const counts = Map.groupBy(images, ({ state }) => verdicts[state]);
  return [...counts].map(([verdict, { length }]) => `${length} ${verdict}`).join(", ");
}
