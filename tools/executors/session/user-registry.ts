import { userHome } from "@slipway/registry/user-home";
import { openUserRegistry } from "@slipway/registry";
import type { Registry } from "@slipway/registry";
import type { Session } from "./session.ts";

/** Registries with the user's own credentials; each request is counted for the table of the run. */
export function openSessionRegistry({ signal, counted }: Session): Registry {
  return openUserRegistry(
    { home: userHome(), environment: process.env },
    { signal, counted: (question) => counted("registry", question) },
  );
}

/**
 * The same for the tasks of a batch, one after another: they share connections and tokens, and each request is counted
 * for the task that made it.
 */
export function openBatchRegistry(): (session: Session) => Registry {
  const stopping = new AbortController();
  let current: Session | undefined;
  const registry = openUserRegistry(
    { home: userHome(), environment: process.env },
    { signal: stopping.signal, counted: (question) => current?.counted("registry", question) },
  );
  return (session) => {
    current = session;
    session.signal.addEventListener("abort", () => stopping.abort(), { once: true });
    return registry;
  };
}
