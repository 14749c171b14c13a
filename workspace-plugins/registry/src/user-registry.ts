import { openRegistry } from "./client.ts";
import type { Registry, RegistryOptions } from "./client.ts";
import type { FindCredential } from "./credential.ts";
import { findCredentialIn, placesOf } from "./find-credential.ts";
import { isRegistryHost } from "./reference.ts";
import type { RegistryHost } from "./reference.ts";

export type User = {
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** Hosts that a user lets be spoken to without TLS, with commas between them: `registry.example:5000,10.0.0.7`. */
const plainHostsVariable = "SLIPWAY_PLAIN_HTTP_REGISTRIES";

/** Registries as a user of this machine reaches them: with the credentials of `login`, of Docker and of its helpers. */
export function openUserRegistry(
  { home, environment }: User,
  options: Omit<RegistryOptions, "findCredential" | "plainHosts"> = {},
): Registry {
  const signal = options.signal ?? new AbortController().signal;
  return openRegistry({
    ...options,
    signal,
    plainHosts: plainHostsIn(environment),
    findCredential: findUserCredential({ home, environment }, signal),
  });
}

/** For those who speak to a registry on the user's behalf, as an engine does. */
export function findUserCredential(
  { home, environment }: User,
  signal: AbortSignal,
): FindCredential {
  return findCredentialIn(placesOf(home, environment, signal));
}

export function plainHostsIn(environment: User["environment"]): ReadonlySet<RegistryHost> {
  const named = (environment[plainHostsVariable] ?? "").split(",").map((host) => host.trim());
  return new Set(named.filter(isRegistryHost));
}
