import { realpath } from "node:fs/promises";
import { homedir } from "node:os";
import {
  agentMemory,
  forgetAgents,
  memoryFile,
  memoryIn,
  readMemory,
} from "@slipway/images/run/project-memory";
import type { AgentMemory, MemoryPlace } from "@slipway/images/run/project-memory";
import { fail } from "@slipway/signature";
import { openAnswer } from "../answer.ts";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { stateFolder } from "./own-folders.ts";
import { openAsker } from "./questions.ts";

/** What is remembered of this folder. */
export async function tellMemory({ args }: Call): Promise<number> {
  const read = readArguments(args, { options: { json: { type: "boolean" } }, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { show, tell } = openAnswer(read.value.options);
  const [agent] = read.value.words;
  const project = await realpath(process.cwd());
  const memory = await readMemory(place(), project);
  if (!memory.ok) return tell(memory);
  const known = Object.keys(memory.value?.agents ?? {}).toSorted();
  const agents = known.filter((name) => agent === undefined || name === agent);
  if (agents.length === 0) {
    const one = agent === undefined ? {} : { agent };
    return tell(fail({ reason: "memory-absent", project, ...one }));
  }
  const remembered = agents.map((name) => [name, agentMemory(memory.value, name)] as const);
  const file = memoryFile(place(), project);
  return show({ project, file, agents: Object.fromEntries(remembered) }, [
    ["project", project],
    ["file", file],
    ...remembered.flatMap(([name, keys]) => [[name], ...rowsOf(keys)]),
  ]);
}

/** Forgets what is remembered of an agent here, or of all of them. */
export async function removeMemory({ args }: Call): Promise<number> {
  const options = { yes: { type: "boolean", short: "y" }, json: { type: "boolean" } } as const;
  const read = readArguments(args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { yes: isGiven = false, json = false } = read.value.options;
  const { signal, tell, show } = openAnswer({ json });
  const [agent] = read.value.words;
  const project = await realpath(process.cwd());
  if (!isGiven) {
    if (!process.stdin.isTTY) return tell(fail({ reason: "not-confirmed", by: "nobody" }));
    using asker = openAsker();
    const isSure = await asker.agree(`Forget ${agent ?? "all agents"} in ${project}?`);
    if (isSure !== true) return await tell(fail({ reason: "not-confirmed", by: "answer" }));
  }
  const forgotten = await forgetAgents(place(), { project, agent, signal });
  if (!forgotten.ok) return tell(forgotten);
  return show(
    { project, forgotten: forgotten.value },
    forgotten.value.map((name) => ["forgotten", name]),
  );
}

function place(): MemoryPlace {
  return memoryIn(homedir(), stateFolder(process.env));
}

function rowsOf(keys: AgentMemory): readonly (readonly string[])[] {
  return Object.entries(keys).map(([name, value]) => [
    `  ${name}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
}
