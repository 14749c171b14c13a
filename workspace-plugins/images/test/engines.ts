import { startPodman, whyNoPodman } from "./podman.ts";

type Server = Partial<AsyncDisposable> & { readonly host?: string };

/** Each engine that we serve; what `start` gives is for `openEngine`. */
export const engines: readonly {
  readonly name: string;
  readonly start: () => Promise<Server>;
  /** Why it cannot be had here. */
  readonly absent?: string | undefined;
}[] = [
  { name: "Docker", start: async () => ({}) },
  { name: "Podman", start: startPodman, absent: whyNoPodman() },
];
