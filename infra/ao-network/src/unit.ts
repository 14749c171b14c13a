/** The units and the kinds of their requests, as they are counted, logged and disturbed. */
export const requestKinds = {
  mu: ["item", "monitor"],
  su: ["process", "message", "assignments", "latest", "timestamp"],
  cu: ["result", "dry-run", "state"],
  gateway: ["graphql", "data"],
  node: ["address", "spawn", "message", "slot", "schedule", "result", "dry-run", "state"],
} as const;

export const units = ["mu", "su", "cu", "gateway", "node"] as const satisfies readonly UnitName[];
export type UnitName = keyof typeof requestKinds;

/** The requests that bring a signed item to be acted on; no other changes anything. */
export function isWrite(unit: UnitName, kind: string): boolean {
  if (unit === "mu") return kind === "item" || kind === "monitor";
  return unit === "node" && (kind === "spawn" || kind === "message");
}
