import { startPodman, whyNoPodman } from "./podman.ts";

type Server = Partial<AsyncDisposable> & { readonly host?: string };

type TestedEngine = {
  readonly name: string;
  readonly start: () => Promise<Server>;
  /** Why it cannot be had here. */
  readonly absent?: string | undefined;
};

const known: readonly TestedEngine[] = [
  { name: "Docker", start: async () => ({}) },
  { name: "Podman", start: startPodman, absent: whyNoPodman() },
];

/** Each engine that we serve; what `start` gives is for `openEngine`. The title says why its tests are skipped. */
export const engines = known.map((engine) => ({
  ...engine,
  title: engine.absent === undefined ? engine.name : `${engine.name}: ${engine.absent}`,
}));
