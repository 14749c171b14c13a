/** Of a plugin that asks for more than it gets. */
export type CapabilityFailure = { readonly plugin: string } & (
  | { readonly reason: "plugin-capability-refused"; readonly capability: string }
  | {
      readonly reason: "plugin-capability-unknown";
      readonly capability: string;
      readonly known: readonly string[];
    }
);

export const networkCapability = "network:https";

/** All that a manifest can ask for: a plugin writes nowhere but in its own temporary folder. */
export const sandboxCapabilities = ["filesystem:read", networkCapability] as const;
export type SandboxCapability = (typeof sandboxCapabilities)[number];

/** Every plugin may read the repository. */
export const alwaysGranted: readonly string[] = ["filesystem:read"];

/** Each capability that a plugin asks for and has not. */
export function refusedCapabilities(
  { name, required }: { readonly name: string; readonly required: readonly string[] },
  granted: readonly string[],
): readonly CapabilityFailure[] {
  const known: readonly string[] = sandboxCapabilities;
  return required.flatMap((capability): readonly CapabilityFailure[] => {
    if (!known.includes(capability)) {
      return [{ reason: "plugin-capability-unknown", plugin: name, capability, known }];
    }
    return alwaysGranted.includes(capability) || granted.includes(capability)
      ? []
      : [{ reason: "plugin-capability-refused", plugin: name, capability }];
  });
}
