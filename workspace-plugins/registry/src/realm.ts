import { isLoopback, isRegistryHost } from "./reference.ts";
import type { RegistryHost } from "./reference.ts";

/**
 * Whether a registry may send us there for a token. What answers becomes a header for the registry, so one elsewhere
 * must not have us ask this machine, nor one with TLS have us ask without.
 */
export function isRealmAllowed(realm: URL, { registry, asked, shown }: Sent): boolean {
  const isHere = isRegistryHost(realm.host) && isLoopback(realm.host);
  if (isHere && !isLoopback(registry)) return false;
  if (realm.protocol === "https:") return true;
  return asked.protocol === "http:" && (isHere || shown === "nothing");
}

type Sent = {
  readonly registry: RegistryHost;
  /** The request that was answered by naming the realm. */
  readonly asked: URL;
  readonly shown: "credential" | "nothing";
};
