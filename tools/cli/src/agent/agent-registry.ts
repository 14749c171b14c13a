import { openUserRegistry } from "@slipway/registry";
import type { Registry } from "@slipway/registry";
import { userHome } from "@slipway/registry/user-home";

/** Registries as this user reaches them. */
export function openAgentRegistry(signal: AbortSignal): Registry {
  return openUserRegistry({ home: userHome(), environment: process.env }, { signal });
}
