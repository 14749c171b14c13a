import type { RegistryFailure } from "./failure.ts";

/** What a registry says about a thing. `unknown` is not `missing`: nothing may be concluded from it. */
export type Answer<Value> =
  | { readonly state: "present"; readonly value: Value }
  | { readonly state: "missing" }
  | { readonly state: "unknown"; readonly failure: RegistryFailure };

export function present<Value>(value: Value): Answer<Value> {
  return { state: "present", value };
}

export const missing = { state: "missing" } as const;

export function unknown(failure: RegistryFailure): Answer<never> {
  return { state: "unknown", failure };
}
