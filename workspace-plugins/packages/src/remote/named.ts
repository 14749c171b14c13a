/** Whether a reference says which of a repository's manifests it means, by a tag or a digest. */
export function isNamed(reference: string): boolean {
  return reference.includes("@") || (reference.split("/").at(-1) ?? "").includes(":");
}
