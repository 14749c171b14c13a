import path from "node:path";
import { openEngine, readBuildAccess } from "@slipway/images";
import type { BuildAccess, Engine, EngineFailure } from "@slipway/images";
import { openLockWorld } from "@slipway/images/locked/open-lock-world";
import { readCatalogue } from "@slipway/images/catalogue/read-catalogue";
import type { LockWorld } from "@slipway/images/locked/update";
import { userHome } from "@slipway/registry/user-home";
import type { Failure } from "@slipway/report";
import { ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { AgentCall } from "./agent-call.ts";
import { readAgentTrust } from "./agent-trust.ts";
import { imagesRoot, stateFolder } from "./own-folders.ts";

/** What commands on `slipway.images.lock` work with. Its end closes the engine, where one was asked. */
export type LockCall = AsyncDisposable & { readonly world: LockWorld };

/**
 * Of the workspace that we stand in and its own definitions; outside of one, of the user and all that the user has.
 * What a user has beside a workspace is not for its lock, which others share.
 */
export async function openLockCall(
  { workspaceRoot, signal, progress }: AgentCall,
  options: { readonly isOffline: boolean; readonly takesRecent: boolean },
): Promise<Result<LockCall, Failure>> {
  const variables = workspaceRoot === undefined ? process.env : undefined;
  const catalogue = await readCatalogue({ workspaceRoot, variables }, signal);
  if (!catalogue.ok) return catalogue;
  const lockFolder = workspaceRoot ?? stateFolder(process.env);
  const whose = await readAgentTrust(lockFolder);
  if (!whose.ok) return whose;
  const engine = openedOnce(async () => openEngine({ counted: () => undefined, signal }));
  const access = openedOnce(async () => readBuildAccess(process.env, signal));
  const world = openLockWorld({
    root: workspaceRoot ?? imagesRoot(process.env),
    lockFolder,
    stateFolder: stateFolder(process.env),
    whose: whose.value,
    home: userHome(),
    catalogue: catalogue.value,
    builder: workspaceRoot === undefined ? undefined : await namedBuilder(workspaceRoot),
    environment: process.env,
    engine: engine.open,
    access: async (): Promise<BuildAccess> => access.open(),
    ...options,
    signal,
    progress,
  });
  return ok({
    world,
    [Symbol.asyncDispose]: async () => closeEngine(await engine.opened()),
  });
}

type Opened<Value> = {
  readonly open: () => Promise<Value>;
  /** `undefined`: nobody asked for it. */
  readonly opened: () => Promise<Value> | undefined;
};

function openedOnce<Value>(open: () => Promise<Value>): Opened<Value> {
  const held: { value?: Promise<Value> } = {};
  return {
    open: async () => {
      held.value ??= open();
      return held.value;
    },
    opened: () => held.value,
  };
}

function closeEngine(engine: Result<Engine, EngineFailure> | undefined): void {
  if (engine?.ok === true) engine.value[Symbol.dispose]();
}

/** `builder` of the options of our plugin for images in nx.json. */
async function namedBuilder(workspaceRoot: string): Promise<string | undefined> {
  const [text, { parseJson }] = await Promise.all([
    readTextIfPresent(path.join(workspaceRoot, "nx.json")),
    import("@nx/devkit"),
  ]);
  const settings = parseJson<{ readonly plugins?: readonly unknown[] }>(text ?? "{}");
  const ours = settings.plugins?.find(
    (one) => hasField(one, "plugin") && one.plugin === "@slipway/images/plugin",
  );
  const builder =
    hasField(ours, "options") && hasField(ours.options, "builder")
      ? ours.options.builder
      : undefined;
  return typeof builder === "string" ? builder : undefined;
}

function hasField<Name extends string>(
  value: unknown,
  name: Name,
): value is Readonly<Record<Name, unknown>> {
  return typeof value === "object" && value !== null && name in value;
}
