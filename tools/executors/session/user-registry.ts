import { homedir } from "node:os";
import { openUserRegistry } from "@slipway/registry";
import type { Registry } from "@slipway/registry";
import type { Session } from "./session.ts";

/** Registries with the user's own credentials; each request is counted for the table of the run. */
export function openSessionRegistry({ signal, counted }: Session): Registry {
  return openUserRegistry(
    { home: homedir(), environment: process.env },
    { signal, counted: (question) => counted("registry", question) },
  );
}
