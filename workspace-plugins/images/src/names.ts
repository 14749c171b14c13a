import { digestOf, hexOf } from "@slipway/signature/basics";

/** Every image that a workspace builds carries its name here; `clean` removes nothing without it. */
export const ownLabel = "dev.slipway.workspace";
/** The project that makes it. */
export const projectLabel = "dev.slipway.project";

/** Names from definitions, not of folders: the same image has the same labels on any machine. */
export function imageLabels(workspace: string, project: string): Readonly<Record<string, string>> {
  return { [ownLabel]: workspace, [projectLabel]: project };
}

export function baseReference(base: string): string {
  return `slipway/base:${base}`;
}

export function agentReference(agent: string, base: string): string {
  return `slipway/${agent}:${base}`;
}

/** How extensions are put on an image: those with a Dockerfile of their own last, each part by name. */
export function inLayerOrder<
  Extension extends { readonly name: string; readonly hasDockerfile: boolean },
>(extensions: readonly Extension[]): readonly Extension[] {
  return extensions.toSorted(
    (a, b) => Number(a.hasDockerfile) - Number(b.hasDockerfile) || (a.name < b.name ? -1 : 1),
  );
}

const mostTagCharacters = 128;

/**
 * `slipway/extended:<agent>--<base>--<extension>--…`, the extensions in the order of layers. No name has a double dash, so that different images never share a
 * reference; a tag that would be too long is cut, and ends with 12 hex digits of the digest of the whole.
 */
export function extendedReference(
  agent: string,
  base: string,
  extensions: readonly string[],
): string {
  const whole = [agent, base, ...extensions].join("--");
  if (whole.length <= mostTagCharacters) return `slipway/extended:${whole}`;
  const end = `--${hexOf(digestOf(whole)).slice(0, 12)}`;
  return `slipway/extended:${whole.slice(0, mostTagCharacters - end.length)}${end}`;
}

/** What an image is called as long as the next step of its build stands on it, before a word of its own. */
export const buildingName = "slipway/building:";

/** Where an image goes in a registry; `prefix` is its host with what is before the names of images. */
export function publishedReference(prefix: string, reference: string): string {
  return `${prefix}/${reference.replace(/^slipway\//, "")}`;
}

/** Without a tag it is `latest`; a colon before the last slash is a port's. */
export function splitReference(reference: string): [repository: string, tag: string] {
  const at = reference.lastIndexOf(":");
  return at > reference.lastIndexOf("/")
    ? [reference.slice(0, at), reference.slice(at + 1)]
    : [reference, "latest"];
}

/** What logs of builds begin with, another for each image: of these an agent's alone has a double dash, and an extended image's alone an @. */
export function baseLogName(base: string): string {
  return `base-${base}`;
}

export function agentLogName(agent: string, base: string): string {
  return `${agent}--${base}`;
}

/** No reference has a + of its own. */
export function extendedLogName(reference: string): string {
  return splitReference(reference).join("@").replaceAll("/", "+");
}

/** The Dockerfile of every agent, relative to the workspace. */
export const agentDockerfile = "infra/images/agent.Dockerfile";
/** The Dockerfile that runs the scripts of extensions, likewise. */
export const extensionDockerfile = "infra/images/extension.Dockerfile";
