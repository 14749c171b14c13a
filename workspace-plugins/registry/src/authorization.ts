import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { parseChallenges } from "./challenge.ts";
import { basicAuthorization } from "./credential.ts";
import type { FindCredential } from "./credential.ts";
import type { RegistryFailure } from "./failure.ts";
import { send } from "./http.ts";
import type { HttpOptions, HttpRequest, HttpResponse } from "./http.ts";
import { isRealmAllowed } from "./realm.ts";
import type { RegistryHost, Repository } from "./reference.ts";
import { invalidAnswer, settled } from "./refusal.ts";
import { fetchToken } from "./token.ts";
import type { Token, TokenServer } from "./token.ts";

export type Scope = {
  readonly repository: Repository;
  readonly actions: "pull" | "pull,push" | "delete";
};

/** A request of a registry, and what has to be allowed for it. */
export type RegistryRequest = HttpRequest & {
  readonly registry: RegistryHost;
  readonly scopes: readonly Scope[];
};

export type Authorization = {
  /**
   * With what the registry is known to ask for; once more where it asks for something else (RFC 9110, section 15.5.2). A
   * token is asked for once, however many requests need it at the same time.
   */
  readonly send: (
    request: RegistryRequest,
  ) => Promise<Result<HttpResponse & AsyncDisposable, RegistryFailure>>;
};

export type AuthorizationOptions = {
  readonly http: HttpOptions;
  readonly findCredential: FindCredential;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
};

/** What a registry wants to be shown. */
type Way = { readonly scheme: "basic" } | ({ readonly scheme: "bearer" } & TokenServer);

type Shown = { readonly header: string | undefined; readonly expiresAtMs: number };

/** A token is not used in the last tenth of its life: the request may take a while. */
const usableShare = 0.9;

export function openAuthorization({
  http,
  findCredential,
  now,
}: AuthorizationOptions): Authorization {
  const ways = new Map<RegistryHost, Way>();
  const credentials = new Map<RegistryHost, ReturnType<FindCredential>>();
  const shown = new Map<string, Promise<Result<Shown, RegistryFailure>>>();

  const credentialFor = (host: RegistryHost): ReturnType<FindCredential> => {
    const found = credentials.get(host) ?? findCredential(host);
    credentials.set(host, found);
    return found;
  };

  const show = async (
    request: RegistryRequest,
    way: Way,
  ): Promise<Result<Shown, RegistryFailure>> => {
    const found = await credentialFor(request.registry);
    if (!found.ok) return found;
    const credential = found.value;
    if (credential?.kind === "registry-token") return lasting(`Bearer ${credential.token}`);
    if (way.scheme === "basic") {
      return credential?.kind === "password"
        ? lasting(basicAuthorization(credential.username, credential.password))
        : lasting(undefined);
    }
    const { registry, url: asked } = request;
    const proof = credential === undefined ? "nothing" : "credential";
    if (!isRealmAllowed(way.realm, { registry, asked, shown: proof })) {
      return fail(invalidAnswer({ method: "GET", url: way.realm }, "realm-insecure"));
    }
    const token = await fetchToken(http, way, scopeTexts(request.scopes), credential);
    return token.ok ? ok(tokenShown(token.value, now())) : token;
  };

  /** What is shown already, unless it is `stale` or has come to its end. */
  const shownFor = async (
    request: RegistryRequest,
    way: Way,
    stale: string | undefined,
  ): Promise<Result<Shown, RegistryFailure>> => {
    const key = [request.registry, way.scheme, ...scopeTexts(request.scopes)].join("\n");
    const kept = shown.get(key);
    const known = await kept;
    if (known?.ok === true && known.value.expiresAtMs > now() && known.value.header !== stale) {
      return known;
    }
    // Another request may have begun to ask meanwhile.
    const asked = shown.get(key);
    const asking = asked === undefined || asked === kept ? show(request, way) : asked;
    shown.set(key, asking);
    const result = await asking;
    if (!result.ok && shown.get(key) === asking) shown.delete(key);
    return result;
  };

  return {
    send: async (request) => {
      const known = ways.get(request.registry);
      const first = known === undefined ? undefined : await shownFor(request, known, undefined);
      if (first?.ok === false) return first;
      const header = first?.value.header;
      const sent = await send(http, withHeader(request, header));
      if (!sent.ok || sent.value.status !== 401) return sent;
      // Where a read was sent on to, another one speaks, who must not say where the registry's credentials go.
      const isRegistrys = sent.value.url.origin === request.url.origin;
      const challenge = sent.value.header("www-authenticate") ?? "";
      const way = isRegistrys ? wayIn(request.url, challenge) : undefined;
      if (way === undefined) return sent;
      ways.set(request.registry, way);
      // The token's request needs a place too: all of them may be held by answers such as this one.
      const refused = await settled(sent.value);
      const again = await shownFor(request, way, header);
      if (again.ok && (again.value.header === undefined || again.value.header === header)) {
        return ok(refused);
      }
      return again.ok ? send(http, withHeader(request, again.value.header)) : again;
    },
  };
}

function lasting(header: string | undefined): Result<Shown, never> {
  return ok({ header, expiresAtMs: Number.POSITIVE_INFINITY });
}

function tokenShown({ text, lifetimeMs }: Token, nowMs: number): Shown {
  return { header: `Bearer ${text}`, expiresAtMs: nowMs + lifetimeMs * usableShare };
}

/** Bearer before Basic: the password is then seen by the token server alone. */
function wayIn(asked: URL, header: string): Way | undefined {
  const challenges = parseChallenges(header);
  const bearer = challenges.find(({ scheme }) => scheme === "bearer")?.parameters;
  const realm = URL.parse(bearer?.get("realm") ?? "", asked);
  if (bearer?.has("realm") === true && realm !== null && /^https?:$/.test(realm.protocol)) {
    realm.username = "";
    realm.password = "";
    return { scheme: "bearer", realm, service: bearer.get("service") };
  }
  return challenges.some(({ scheme }) => scheme === "basic") ? { scheme: "basic" } : undefined;
}

function scopeTexts(scopes: readonly Scope[]): readonly string[] {
  return scopes.map(({ repository, actions }) => `repository:${repository}:${actions}`);
}

function withHeader(request: RegistryRequest, authorization: string | undefined): HttpRequest {
  const { method, url, headers, body } = request;
  return {
    method,
    url,
    headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
    ...(body === undefined ? {} : { body }),
  };
}
