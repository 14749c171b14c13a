/** Which program answers: both speak one API, and differ in how they build and name. */
export type EngineKind = "docker" | "podman";

/** By the components that the answer to `version` lists. */
export function engineKindOf(
  components: readonly { readonly Name: string }[] | undefined,
): EngineKind {
  return components?.some(({ Name }) => Name.startsWith("Podman")) === true ? "podman" : "docker";
}

/** The short form of a name, as Docker lists it: Podman lists the public registry, or `localhost`, before it. */
export function plainTag(tag: string): string {
  return tag.replace(/^(?:docker\.io\/library\/|docker\.io\/|localhost\/)/, "");
}

/** As Docker has it: a registry at `localhost` or 127.0.0.0/8 may be spoken to in plain HTTP. */
export function isOnLoopback(reference: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?\//.test(reference);
}
