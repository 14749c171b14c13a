import type { Result } from "@slipway/signature";
import type { RegistryFailure } from "./failure.ts";
import type { RegistryHost } from "./reference.ts";

/** What a registry, or the token server that it names, is shown. Never part of a failure, a log or a cache key. */
export type Credential =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  /** An OAuth 2 refresh token: for the token server alone. */
  | { readonly kind: "identity-token"; readonly token: string }
  /** A bearer token as it is. */
  | { readonly kind: "registry-token"; readonly token: string };

/** `undefined`: nobody has one for this host, so it is asked as anybody. */
export type FindCredential = (
  host: RegistryHost,
) => Promise<Result<Credential | undefined, RegistryFailure>>;

export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
