import { fail, ok, parseDigest } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { ReferenceProblem, RegistryFailure } from "./failure.ts";

/** `host` or `host:port`, as written. */
export type RegistryHost = string & { readonly __brand: "RegistryHost" };
/** A repository name of the OCI distribution spec, at most 255 characters. */
export type Repository = string & { readonly __brand: "Repository" };
export type Tag = string & { readonly __brand: "Tag" };

export type RepositoryName = { readonly registry: RegistryHost; readonly repository: Repository };

/** `host[:port]/repository[:tag][@digest]`. There is no default host and no default tag. */
export type Reference = RepositoryName & { readonly tag?: Tag; readonly digest?: Digest };

const domain = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?$/;
const bracketed = /^\[[0-9A-Fa-f:]+\](?::\d{1,5})?$/;
const repository =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tag = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

export function isRegistryHost(text: string): text is RegistryHost {
  return (domain.test(text) || bracketed.test(text)) && URL.canParse(`https://${text}/`);
}

export function isRepository(text: string): text is Repository {
  return text.length <= 255 && repository.test(text);
}

export function isTag(text: string): text is Tag {
  return tag.test(text);
}

/**
 * Whether a repository is the one that `place` names, `host[:port]` or `host[:port]/path`, or lies below it. By whole
 * parts: `host/team` has no `host/teamwork/x`.
 */
export function isWithin(name: RepositoryName, place: string): boolean {
  return `${name.registry}/${name.repository}/`.startsWith(`${place.replace(/\/+$/, "")}/`);
}

/** The registry of references without one. Its API has a host of its own. */
const hub = { name: "docker.io", apiHost: "registry-1.docker.io", official: "library/" } as const;
/** As Docker has it, the older name means the same. */
const namesOfHub: readonly string[] = [hub.name, "index.docker.io"];

/**
 * A reference as people write it and as aigg locks it: `name`, `org/name`, `host/path/name`, each with a tag or a digest
 * or neither. Without a host it is of Docker Hub, where a single name lies in `library`; without a tag and a digest it
 * is `latest`. Of three parts and more the first is a host, as aigg has it: Docker Hub has no such names.
 */
export function parseShortReference(text: string): Result<Reference, RegistryFailure> {
  const [path = ""] = text.split("@");
  const parts = path.split("/");
  const isHosted = parts.length > 2 || (parts.length === 2 && looksLikeHost(parts[0] ?? ""));
  const isNamed = text.includes("@") || (parts.at(-1) ?? "").includes(":");
  const full = isHosted ? text : `${hub.name}/${text}`;
  return parseFull(isNamed ? full : `${full}:latest`, text);
}

/** `host[:port]/repository[:tag][@digest]`, with nothing added but the `library` of Docker Hub. */
export function parseReference(text: string): Result<Reference, RegistryFailure> {
  const [named = ""] = text.split("@");
  const [host = ""] = named.split("/");
  return looksLikeHost(host) && named.includes("/")
    ? parseFull(text, text)
    : fail({ reason: "reference-invalid", text, problem: "host-missing" });
}

function parseFull(full: string, text: string): Result<Reference, RegistryFailure> {
  const [named = "", digestText, ...more] = full.split("@");
  const slash = named.indexOf("/");
  const typed = named.slice(0, Math.max(slash, 0));
  const isOfHub = namesOfHub.includes(typed);
  const host = isOfHub ? hub.name : typed;
  const rest = named.slice(slash + 1);
  const colon = rest.indexOf(":");
  const path = colon === -1 ? rest : rest.slice(0, colon);
  const name = isOfHub && !path.includes("/") ? `${hub.official}${path}` : path;
  const tagText = colon === -1 ? undefined : rest.slice(colon + 1);
  const digest = digestText === undefined ? undefined : parseDigest(digestText);

  const invalid = (problem: ReferenceProblem) =>
    fail({ reason: "reference-invalid", text, problem } as const);
  if (!isRegistryHost(host)) return invalid("host-invalid");
  if (!isRepository(name)) return invalid("repository-invalid");
  if (tagText !== undefined && !isTag(tagText)) return invalid("tag-invalid");
  if (more.length > 0 || (digestText !== undefined && digest === undefined)) {
    return invalid("digest-invalid");
  }
  return ok({
    registry: host,
    repository: name,
    ...(tagText === undefined ? {} : { tag: tagText }),
    ...(digest === undefined ? {} : { digest }),
  });
}

export function formatReference(reference: Reference): string {
  const tagged = reference.tag === undefined ? "" : `:${reference.tag}`;
  const pinned = reference.digest === undefined ? "" : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tagged}${pinned}`;
}

/** Plain HTTP is spoken with this machine alone. */
export function isLoopback(host: RegistryHost): boolean {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  return name === "localhost" || name === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/** The root of a registry's API, `https://host/v2/`; of a repository's, with the repository behind it. */
export function apiOf(
  name: { readonly registry: RegistryHost; readonly repository?: Repository },
  plainHosts: ReadonlySet<RegistryHost>,
): URL {
  const { registry } = name;
  const scheme = isLoopback(registry) || plainHosts.has(registry) ? "http" : "https";
  const host = registry === hub.name ? hub.apiHost : registry;
  const below = name.repository === undefined ? "" : `${name.repository}/`;
  return new URL(`${scheme}://${host}/v2/${below}`);
}

function looksLikeHost(text: string): boolean {
  return text === "localhost" || /[.:]/.test(text);
}
