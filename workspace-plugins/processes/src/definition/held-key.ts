/** A private key in a definition file: where, and nothing of what. */
export type HeldKeyFailure = {
  readonly reason: "ao-definition-holds-key";
  readonly file: string;
  readonly line: number;
};

/**
 * The first line that holds what can only be a private key, whether or not the file can be read otherwise: any other
 * problem would show the line. A part of a JWK, a PEM, or a long run of base64, which nothing else in a definition is.
 */
export function lineWithKey(text: string): number | undefined {
  const first = shapes
    .map((shape) => text.search(shape))
    .filter((at) => at !== -1)
    .toSorted((a, b) => a - b)[0];
  return first === undefined ? undefined : text.slice(0, first).split("\n").length;
}

const shapes = [
  /\b(?:d|p|q|dp|dq|qi|k)["']?\s*:\s*["']?[A-Za-z0-9_-]{64,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY/,
  /[A-Za-z0-9+/_=-]{300,}/,
];
