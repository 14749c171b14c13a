/** Of a plugin that asks for more than it gets. */
export type CapabilityFailure = {
  readonly reason: "plugin-capability-refused";
  readonly plugin: string;
  readonly capability: string;
};

export const networkCapability = "network:https";

/** All that a manifest can ask for: a plugin writes nowhere but in its own temporary folder. */
export const sandboxCapabilities = ["filesystem:read", networkCapability] as const;
export type SandboxCapability = (typeof sandboxCapabilities)[number];

/** Every plugin may read the repository. */
export const alwaysGranted: readonly string[] = ["filesystem:read"];

/** Each capability that a plugin asks for and has not. */
export function refusedCapabilities(
  { name, required }: { readonly name: string; readonly required: readonly SandboxCapability[] },
  granted: readonly string[],
): readonly CapabilityFailure[] {
  return required
    .filter((capability) => !alwaysGranted.includes(capability) && !granted.includes(capability))
    .map((capability) => ({ reason: "plugin-capability-refused", plugin: name, capability }));
}
