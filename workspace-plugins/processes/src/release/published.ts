/** A version as the registry has it. */
export type PublishedVersion = {
  readonly version: string;
  /** `sha512-…`, as npm writes it; absent for what old clients published. */
  readonly integrity: string | undefined;
  /** The text of its deprecation. */
  readonly deprecated: string | undefined;
};

/** What the registry has of a package; no package at all is one without versions. */
export type Published = {
  readonly versions: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** The one that was asked about. */
  readonly asked: PublishedVersion | undefined;
};

export const unpublished: Published = { versions: [], tags: {}, asked: undefined };

/** `name@version`, as npm takes it. */
export function specOf(name: string, version: string): string {
  return `${name}@${version}`;
}
