import type { RunName } from "./failure.ts";

/** What the two runs of a smoke do not have in common. A leak of one of these into an output makes it differ. */
export type Conditions = {
  readonly hostname: string;
  readonly timezone: string;
  readonly umask: string;
  readonly inputOrder: "ascending" | "descending";
  readonly extraVariable: string;
};

export const conditions: Readonly<Record<RunName, Conditions>> = {
  // 26 hours apart: the calendar date is never the same. POSIX form, so no zone files are needed.
  first: {
    hostname: "smoke",
    timezone: "XXX-14",
    umask: "022",
    inputOrder: "ascending",
    extraVariable: "",
  },
  second: {
    hostname: "second-smoke",
    timezone: "XXX+12",
    umask: "077",
    inputOrder: "descending",
    extraVariable: "present",
  },
};

export type Variations = {
  readonly applied: readonly {
    readonly name: string;
    readonly first: string;
    readonly second: string;
  }[];
  readonly notApplied: readonly { readonly name: string; readonly why: string }[];
};

/** For the transcript: "reproducible" is said with its scope. */
export const variations: Variations = {
  applied: (["hostname", "timezone", "umask", "inputOrder", "extraVariable"] as const).map(
    (name) => ({
      name,
      first: conditions.first[name],
      second: conditions.second[name],
    }),
  ),
  notApplied: [
    { name: "kernel", why: "both runs are on one engine" },
    { name: "cpu", why: "both runs are on one engine" },
    { name: "locale", why: "the image decides which there are" },
    { name: "user-id", why: "kept equal" },
    { name: "work-folder", why: "kept equal" },
    { name: "clock", why: "both runs see the engine's, some seconds apart" },
  ],
};
