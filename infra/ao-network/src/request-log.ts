export type UnitName = "mu" | "su" | "cu" | "gateway";

export type RequestCounts = Readonly<Record<UnitName, Readonly<Record<string, number>>>>;

/** How many requests each unit answered since the start or the last reset, by kind of path. */
export type RequestLog = {
  readonly count: (unit: UnitName, kind: string) => void;
  readonly counts: () => RequestCounts;
  readonly reset: () => void;
};

export function openRequestLog(): RequestLog {
  const units = {
    mu: new Map<string, number>(),
    su: new Map<string, number>(),
    cu: new Map<string, number>(),
    gateway: new Map<string, number>(),
  } as const;
  return {
    count: (unit, kind) => units[unit].set(kind, (units[unit].get(kind) ?? 0) + 1),
    counts: () => ({
      mu: Object.fromEntries(units.mu),
      su: Object.fromEntries(units.su),
      cu: Object.fromEntries(units.cu),
      gateway: Object.fromEntries(units.gateway),
    }),
    reset: () => {
      for (const counts of Object.values(units)) counts.clear();
    },
  };
}
