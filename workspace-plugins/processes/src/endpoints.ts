import type { Endpoints } from "./network.ts";

/** Without slashes at its end: clients glue paths to it. */
export function endpoint(url: string): string {
  return url.replace(/\/+$/, "");
}

export function graphqlOf(endpoints: Endpoints): string {
  return `${endpoint(endpoints.gateway)}/graphql`;
}
