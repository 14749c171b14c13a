import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { basicAuthorization } from "./credential.ts";
import type { Credential } from "./credential.ts";
import type { RegistryFailure } from "./failure.ts";
import { answered, send } from "./http.ts";
import type { HttpOptions, HttpRequest } from "./http.ts";
import { fieldOf, invalidAnswer, jsonOf, readAtMost, refusalOf } from "./refusal.ts";

/** Where a registry sends its clients for a token, and what for. */
export type TokenServer = { readonly realm: URL; readonly service: string | undefined };

export type Token = { readonly text: string; readonly lifetimeMs: number };

const mostTokenBytes = 256 * 1024;
/** What the distribution project's token specification takes where the answer does not say ("Token Response Fields"). */
const defaultLifetimeSeconds = 60;

/**
 * A bearer token for scopes such as `repository:a/b:pull,push` (distribution project, "Token Authentication
 * Specification" and "OAuth 2.0 Token Authentication"). A user and password go in a GET, as every registry takes them;
 * a refresh token in a POST.
 */
export async function fetchToken(
  options: HttpOptions,
  server: TokenServer,
  scopes: readonly string[],
  credential: Exclude<Credential, { readonly kind: "registry-token" }> | undefined,
): Promise<Result<Token, RegistryFailure>> {
  const request =
    credential?.kind === "identity-token"
      ? refreshRequest(server, scopes, credential.token)
      : plainRequest(server, scopes, credential);
  return answered(await send(options, request), async (response) => {
    if (response.status !== 200) return fail(await refusalOf(request, response));
    const answer = jsonOf(await readAtMost(response.chunks, mostTokenBytes));
    const text = fieldOf(answer, "token") ?? fieldOf(answer, "access_token");
    if (typeof text !== "string" || !/^[\x21-\x7e]+$/.test(text)) {
      return fail(invalidAnswer(request, "token-invalid"));
    }
    const seconds = fieldOf(answer, "expires_in");
    const lifetime = typeof seconds === "number" && seconds > 0 ? seconds : defaultLifetimeSeconds;
    return ok({ text, lifetimeMs: lifetime * 1000 });
  });
}

function plainRequest(
  { realm, service }: TokenServer,
  scopes: readonly string[],
  credential: Extract<Credential, { readonly kind: "password" }> | undefined,
): HttpRequest {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set("service", service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  if (credential === undefined) return { method: "GET", url };
  const authorization = basicAuthorization(credential.username, credential.password);
  return { method: "GET", url, headers: { authorization } };
}

function refreshRequest(
  { realm, service }: TokenServer,
  scopes: readonly string[],
  refreshToken: string,
): HttpRequest {
  const form = new URLSearchParams({
    grant_type: "refresh_token",
    refresh_token: refreshToken,
    client_id: "slipway",
    scope: scopes.join(" "),
    ...(service === undefined ? {} : { service }),
  });
  return {
    method: "POST",
    url: realm,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new Blob([form.toString()]),
  };
}
