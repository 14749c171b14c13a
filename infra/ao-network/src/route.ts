import { ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { NetworkFailure } from "./failure.ts";

export type UnitRequest = {
  /** The value of `:name` or `*name` in the route's path. */
  readonly path: (name: string) => string;
  readonly query: (name: string) => string;
  readonly header: (name: string) => string;
  readonly body: () => Promise<Result<Uint8Array, NetworkFailure>>;
};

/** Bytes are sent as they are, anything else as JSON. */
export type Answer = {
  readonly status: number;
  readonly body: unknown;
  /** Over those that follow from the body. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The item that the request brought, for the log. */
  readonly item?: string;
};

export type Route = {
  readonly method: "GET" | "POST" | "DELETE";
  /** `/result/:message`, `/results=:slot`, `/now/*rest`; the first route that fits answers. */
  readonly path: string;
  /** A parameter of the query without which the route does not fit. */
  readonly needs?: string;
  /** Under which it is logged, counted and disturbed; absent for questions about the network itself. */
  readonly kind?: string;
  readonly answer: (
    request: UnitRequest,
  ) => Promise<Result<Answer, NetworkFailure>> | Result<Answer, NetworkFailure>;
};

export type FoundRoute = {
  readonly route: Route;
  readonly parameters: ReadonlyMap<string, string>;
};

export function json(body: unknown, status = 200): Result<Answer, never> {
  return ok({ status, body });
}

export function text(
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Result<Answer, never> {
  const own = { "content-type": "text/plain; charset=utf-8", ...headers };
  return ok({ status: 200, body: Buffer.from(body), headers: own });
}

export function findRoute(
  routes: readonly Route[],
  method: string,
  url: URL,
): FoundRoute | undefined {
  for (const route of routes) {
    const isAsked = route.needs === undefined || url.searchParams.has(route.needs);
    const isPossible = isAsked && route.method === method;
    const parameters = isPossible ? matchPath(route.path, url.pathname) : undefined;
    if (parameters !== undefined) return { route, parameters };
  }
  return undefined;
}

function matchPath(pattern: string, path: string): ReadonlyMap<string, string> | undefined {
  const names = pattern.split("/");
  const parts = path.split("/");
  const parameters = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    if (name.startsWith("*") && index < parts.length) {
      return parameters.set(name.slice(1), parts.slice(index).join("/"));
    }
    const [prefix = "", parameter] = name.split(":");
    const part = parts[index] ?? "";
    if (parameter === undefined ? part !== name : !isLonger(part, prefix)) return undefined;
    if (parameter !== undefined) parameters.set(parameter, part.slice(prefix.length));
  }
  return names.length === parts.length ? parameters : undefined;
}

function isLonger(part: string, prefix: string): boolean {
  return part.startsWith(prefix) && part.length > prefix.length;
}
