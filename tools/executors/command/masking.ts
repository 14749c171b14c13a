import type { RecordedAction } from "@slipway/signature";

/** Shorter ones would hide words that nobody keeps secret. */
const leastCharacters = 4;

/**
 * Takes the values of secret variables out of what a command prints, which goes to a terminal and into Nx's cache. A
 * value of several lines is taken out line by line; one that the command has encoded is not seen.
 */
export function maskSecrets(
  env: RecordedAction["env"],
  ambient: Readonly<Record<string, string | undefined>>,
): (line: string) => string {
  const values = env
    .filter((variable) => "secret" in variable)
    .flatMap(({ name }) => (ambient[name] ?? "").split("\n"))
    .map((text) => text.trim())
    .filter((text) => text.length >= leastCharacters);
  // The longest first: one may be a part of another.
  const longestFirst = [...new Set(values)].toSorted((a, b) => b.length - a.length);
  return (line) => longestFirst.reduce((rest, value) => rest.replaceAll(value, "***"), line);
}
