import { access, constants, readFile } from "node:fs/promises";
import path from "node:path";
import { readTrust } from "@slipway/attestation";
import {
  machinePlatform,
  moduleCache,
  recordVersions,
  standardVersions,
  versionsIn,
} from "@slipway/pipelines/sync";
import type { Ask, SyncOptions, Synced } from "@slipway/pipelines/sync";
import { openUserRegistry } from "@slipway/registry";
import { parseReference } from "@slipway/registry/reference";
import { userHome } from "@slipway/registry/user-home";
import type { Failure } from "@slipway/report";
import { fail, hasCode, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { Answer } from "../answer.ts";
import type { ArgumentsFailure } from "../arguments.ts";
import { confirm } from "../confirm.ts";
import type { PipelinePlace } from "../pipeline-place.ts";
import { planHere } from "./plan-here.ts";

export const syncWords = {
  offline: { type: "boolean" },
  grant: { type: "string", multiple: true },
  json: { type: "boolean" },
} as const;

/** `host[:port]` with or without a path, of modules that say nothing of a registry. */
export const registryVariable = "SLIPWAY_MODULE_REGISTRY";

export function defaultRegistry(
  named: string | undefined = process.env[registryVariable],
): Result<string | undefined, ArgumentsFailure> {
  if (named === undefined || named === "") return ok(undefined);
  return parseReference(`${named}/kind/name`).ok
    ? ok(named)
    : fail({ reason: "arguments-invalid", problem: `${named} is no host of a registry` });
}

const grantWords = /^[a-z0-9-]+\/[a-z0-9-]+=[a-z]+:[a-z]+$/;

export type SyncWish = {
  readonly isFrozen?: boolean;
  readonly isOffline?: boolean;
  readonly isUpdate?: boolean;
  /** name=capability */
  readonly grants?: readonly string[];
};

/** What a sync of the `cig.toml` at a place works with: this user's registries, cache and terminal. */
export async function openSync(
  { root, file }: PipelinePlace,
  { signal, progress }: Answer,
  { isFrozen = false, isOffline = false, isUpdate = false, grants = [] }: SyncWish,
): Promise<Result<SyncOptions, Failure>> {
  const odd = grants.find((grant) => !grantWords.test(grant));
  if (odd !== undefined) {
    const problem = `${odd} is no grant: kind/name=capability, as lang/ruby=network:https`;
    return fail({ reason: "arguments-invalid", problem });
  }
  const registryPlace = defaultRegistry();
  if (!registryPlace.ok) return registryPlace;
  const trust = await readTrust(root);
  if (!trust.ok) return trust;
  const text = await textOf(path.join(root, file));
  if (text === undefined) return fail({ reason: "pipeline-missing", file });
  return ok({
    root,
    file,
    text,
    registry: openUserRegistry({ home: userHome(), environment: process.env }, { signal }),
    defaultRegistry: registryPlace.value,
    standard: await standardVersions(),
    isOnPath: async (name) => isProgram(`slipway-plugin-${name.replace("/", "-")}`),
    trust: trust.value,
    now: new Date(),
    cache: moduleCache(process.env),
    platform: machinePlatform(),
    isFrozen,
    isOffline,
    isUpdate,
    approve: async (asks) => approveAll(asks, { grants, progress, signal }),
    progress,
    signal,
  });
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR"])) return undefined;
    throw error;
  }
}

async function isProgram(name: string): Promise<boolean> {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter).filter(path.isAbsolute);
  for (const folder of folders) {
    try {
      await access(path.join(folder, name), constants.X_OK);
      return true;
    } catch (error) {
      if (!hasCode(error, ["ENOENT", "ENOTDIR", "EACCES", "ELOOP"])) throw error;
    }
  }
  return false;
}

/** What `--grant` does not name is asked of a person, if there is one. */
async function approveAll(
  asks: readonly Ask[],
  {
    grants,
    progress,
    signal,
  }: {
    readonly grants: readonly string[];
    readonly progress: (line: string) => void;
    readonly signal: AbortSignal;
  },
) {
  const open = asks.flatMap(({ module, version, capabilities }): readonly Ask[] => {
    const left = capabilities.filter((each) => !grants.includes(`${module}=${each}`));
    return left.length === 0 ? [] : [{ module, version, capabilities: left }];
  });
  for (const { module, version, capabilities } of process.stdin.isTTY ? open : []) {
    progress(`${module} ${version} asks for ${capabilities.join(", ")}`);
    const answer = await confirm({ word: module, isGiven: false, signal });
    if (!answer.ok) return fail({ reason: "module-not-granted", asked: open } as const);
  }
  const isAnswered = open.length === 0 || process.stdin.isTTY;
  return isAnswered ? ok(undefined) : fail({ reason: "module-not-granted", asked: open } as const);
}

/** With the versions that plugins find, where they can be asked; what could not is what was locked before. */
export async function withVersions(
  place: PipelinePlace,
  answer: Answer,
  { synced, isFrozen }: { readonly synced: Synced; readonly isFrozen: boolean },
): Promise<Result<Synced, Failure>> {
  const planned = await planHere(place, answer, undefined);
  if (!planned.ok) {
    answer.progress("which versions there are could not be found out: slipway ci plan says why");
    return ok(synced);
  }
  const facts = planned.value.detected.flatMap((each) => Object.entries(each.facts));
  return recordVersions(synced, versionsIn(Object.fromEntries(facts)), { ...place, isFrozen });
}

/** For people, a row each; what changed in the lock comes first. */
export function syncedRows({ lock, state }: Synced): readonly (readonly string[])[] {
  return [
    ...lock.plugins.map(({ name, version, source, granted }) => [
      name,
      version,
      source,
      granted.length === 0 ? "" : `granted ${granted.join(", ")}`,
    ]),
    [state === "done" ? "cig.lock is written" : "cig.lock is as it was"],
  ];
}
