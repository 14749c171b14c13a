import { realpath, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { namesIn } from "@slipway/signature/names-in";
import { parseYaml } from "@slipway/definitions";
import type { DefinitionFailure } from "@slipway/definitions";
import {
  digestOf,
  fail,
  hexOf,
  ok,
  readTextIfPresent,
  takeLock,
  writeFileAtomically,
} from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { parseDocument } from "yaml";
import { z } from "zod";
import type { RunFailure } from "./run-failure.ts";

/** What is remembered of an agent in a project (images.md, 1.7). Keys that we do not know are another client's, and stay. */
const AgentMemory = z.looseObject({
  base: z.string().optional(),
  extensions: z.array(z.string()).optional(),
  image_ref: z.string().optional(),
  /** One text, as a shell would split it. */
  docker_args: z.string().optional(),
  shares: z.array(z.string()).optional(),
  /** By extension, whether its shares are mounted. */
  extension_mounts: z.record(z.string(), z.boolean()).optional(),
  /** What each shared when it was agreed to; ours, not aicage's. */
  extension_shares: z.record(z.string(), z.array(z.string())).optional(),
  mounts: z
    .looseObject({
      gitconfig: z.boolean().optional(),
      gitroot: z.boolean().optional(),
      gnupg: z.boolean().optional(),
      ssh: z.boolean().optional(),
      docker: z.boolean().optional(),
    })
    .optional(),
});
export type AgentMemory = z.output<typeof AgentMemory>;

const ProjectMemory = z.looseObject({
  path: z.string(),
  agents: z.record(z.string(), AgentMemory).optional(),
  /** Of old files: for every agent. */
  docker_args: z.string().optional(),
});
export type ProjectMemory = z.output<typeof ProjectMemory>;

/** A person's memory of projects: aicage's folder, so that a project can be started by either. */
export type MemoryPlace = { readonly folder: string; readonly lockFile: string };

export function memoryIn(home: string, stateFolder: string): MemoryPlace {
  return {
    folder: path.join(home, ".aicage", "projects"),
    lockFile: path.join(stateFolder, "projects.lock"),
  };
}

/** The name is the digest of the folder's path with all links followed, as aicage has it. */
export function memoryFile(place: MemoryPlace, project: string): string {
  return path.join(place.folder, `${hexOf(digestOf(project))}.yml`);
}

/** `undefined`: nothing is remembered of the project. */
export async function readMemory(
  place: MemoryPlace,
  project: string,
): Promise<Result<ProjectMemory | undefined, DefinitionFailure>> {
  const file = memoryFile(place, project);
  const text = await readTextIfPresent(file);
  return text === undefined || text.trim() === ""
    ? ok(undefined)
    : parseYaml(file, text, ProjectMemory);
}

export function agentMemory(memory: ProjectMemory | undefined, agent: string): AgentMemory {
  const common = memory?.docker_args === undefined ? {} : { docker_args: memory.docker_args };
  return { ...common, ...memory?.agents?.[agent] };
}

/** Sets these keys of an agent; `undefined` and an empty list take a key away. What else is in the file stays as it is. */
export async function rememberAgent(
  place: MemoryPlace,
  remembered: {
    readonly project: string;
    readonly agent: string;
    readonly keys: Readonly<Record<string, unknown>>;
    readonly signal: AbortSignal;
  },
): Promise<Result<undefined, DefinitionFailure | RunFailure>> {
  const { project, agent, keys, signal } = remembered;
  return withLock(place, signal, async () => {
    const read = await readMemory(place, project);
    if (!read.ok) return read;
    const file = memoryFile(place, project);
    const document = parseDocument((await readTextIfPresent(file)) ?? "");
    document.set("path", project);
    for (const [key, value] of Object.entries(keys)) {
      const at = ["agents", agent, key];
      if (isEmpty(value)) document.deleteIn(at);
      else document.setIn(at, document.createNode(value));
    }
    await writeFileAtomically(file, document.toString(), { mode: 0o600, followsLink: true });
    return ok(undefined);
  });
}

/** Forgets an agent, or all of the project; answers with the agents that were forgotten. */
export async function forgetAgents(
  place: MemoryPlace,
  forgotten: {
    readonly project: string;
    readonly agent: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<Result<readonly string[], DefinitionFailure | RunFailure>> {
  const { project, agent, signal } = forgotten;
  return withLock<readonly string[]>(place, signal, async () => {
    const read = await readMemory(place, project);
    if (!read.ok) return read;
    const known = Object.keys(read.value?.agents ?? {});
    const gone = known.filter((name) => agent === undefined || name === agent);
    if (gone.length === 0) {
      return fail({ reason: "memory-absent", project, ...(agent === undefined ? {} : { agent }) });
    }
    const file = memoryFile(place, project);
    if (gone.length === known.length) {
      await rm(file, { force: true });
      return ok(gone);
    }
    const document = parseDocument((await readTextIfPresent(file)) ?? "");
    for (const name of gone) document.deleteIn(["agents", name]);
    await writeFileAtomically(file, document.toString(), { mode: 0o600, followsLink: true });
    return ok(gone);
  });
}

/** The files of projects whose folders are gone. A file that cannot be read is no such file. */
export async function abandonedMemories(
  place: MemoryPlace,
): Promise<readonly { readonly file: string; readonly project: string }[]> {
  const found: { readonly file: string; readonly project: string }[] = [];
  for (const { file, memory } of await readAll(place)) {
    if (memory === undefined || memoryFile(place, memory.path) !== file) continue;
    if (await isGone(memory.path)) found.push({ file, project: memory.path });
  }
  return found;
}

/** Of all projects that are there; `undefined`: a file cannot be read. */
export async function allMemories(
  place: MemoryPlace,
): Promise<readonly ProjectMemory[] | undefined> {
  const abandoned = new Set((await abandonedMemories(place)).map(({ file }) => file));
  const memories = (await readAll(place))
    .filter(({ file }) => !abandoned.has(file))
    .map(({ memory }) => memory);
  const known = memories.filter((memory) => memory !== undefined);
  return known.length === memories.length ? known : undefined;
}

type ReadFile = { readonly file: string; readonly memory: ProjectMemory | undefined };

async function readAll(place: MemoryPlace): Promise<readonly ReadFile[]> {
  const names = (await namesIn(place.folder)).filter((name) => /^[0-9a-f]{64}\.yml$/.test(name));
  const files = names.map((name) => path.join(place.folder, name));
  return Promise.all(
    files.map(async (file) => {
      const text = (await readTextIfPresent(file)) ?? "";
      const memory = parseYaml(file, text, ProjectMemory);
      return { file, memory: memory.ok ? memory.value : undefined };
    }),
  );
}

/** A folder whose parent is gone as well may be on a disk that is not there now. */
async function isGone(project: string): Promise<boolean> {
  if (await isThere(project)) return false;
  return isThere(path.dirname(project));
}

async function isThere(folder: string): Promise<boolean> {
  try {
    await realpath(folder);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    (error.code === "ENOENT" || error.code === "ENOTDIR")
  );
}

function isEmpty(value: unknown): boolean {
  if (value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

const lockMs = 10_000;
const pauseMs = 50;

async function withLock<Value>(
  place: MemoryPlace,
  signal: AbortSignal,
  work: () => Promise<Result<Value, DefinitionFailure | RunFailure>>,
): Promise<Result<Value, DefinitionFailure | RunFailure>> {
  const until = performance.now() + lockMs;
  for (;;) {
    using lock = takeLock(place.lockFile);
    if (lock !== undefined) return await work();
    if (performance.now() > until || signal.aborted) {
      return fail({ reason: "memory-busy", file: place.lockFile });
    }
    await delay(pauseMs);
  }
}
