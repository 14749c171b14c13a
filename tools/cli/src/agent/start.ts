import { realpath } from "node:fs/promises";
import { openEngine } from "@slipway/images";
import type { Engine, ImageFacts, ImagesFailure, PreparedStart } from "@slipway/images";
import { readHost } from "@slipway/images/run/host";
import type { Host } from "@slipway/images/run/host";
import { prepareStart, startTitle } from "@slipway/images/run/prepare-start";
import { memoryIn, rememberAgent } from "@slipway/images/run/project-memory";
import { ensureImage, startAgent } from "@slipway/images/run/start-agent";
import type { MemoryPlace } from "@slipway/images/run/project-memory";
import type { Failure } from "@slipway/report";
import { ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { usageExitCode } from "../call.ts";
import type { Call } from "../call.ts";
import { tellFailure, tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import type { AgentCall } from "./agent-call.ts";
import { exitCodeOf } from "./exit-code.ts";
import { openAsker } from "./questions.ts";
import { readStartArguments } from "./start-arguments.ts";
import type { StartArguments } from "./start-arguments.ts";
import { startPlan } from "./start-plan.ts";
import { stateFolder } from "./state-folder.ts";
import { openTerminalStreams } from "./terminal-streams.ts";

/** Starts an agent in the folder that we stand in, and answers with its exit code. */
export async function startInProject(call: Call): Promise<number> {
  const read = readStartArguments(call.args);
  if (!read.ok) return tellUsage(read.failure);
  const { json, isDryRun, words } = read.value;
  const agentCall = openAgentCall(call, { json });
  const host = await readHost(process.env);
  const memory = memoryIn(host.home.named, stateFolder(process.env));
  const start: Start = { ...agentCall, started: read.value, host, memory };
  const prepared = await prepare(start);
  if (!prepared.ok) {
    const code = await tellFailure(prepared.failure, { json });
    return prepared.failure.reason === "choice-open" ? usageExitCode : code;
  }
  for (const note of prepared.value.notes) agentCall.progress(note);
  if (isDryRun) {
    const { plan, rows } = startPlan(prepared.value, words);
    return agentCall.show(plan, rows);
  }
  return runPrepared(start, prepared.value);
}

type Start = AgentCall & {
  readonly started: StartArguments;
  readonly host: Host;
  readonly memory: MemoryPlace;
};

async function prepare(start: Start): Promise<Result<PreparedStart, Failure>> {
  const { started, host, memory, signal } = start;
  const catalogue = await start.catalogue();
  if (!catalogue.ok) return catalogue;
  const isAsked = process.stdin.isTTY && process.stderr.isTTY && !started.takesUsual;
  using asker = isAsked ? openAsker() : undefined;
  const { base, extensions, image } = started;
  return await prepareStart(
    {
      ...started,
      project: await realpath(process.cwd()),
      asked: {
        ...(base === undefined ? {} : { base }),
        ...(extensions === undefined ? {} : { extensions }),
        ...(image === undefined ? {} : { image }),
      },
    },
    { catalogue: catalogue.value, host, memory, asker, signal },
  );
}

async function runPrepared(start: Start, prepared: PreparedStart): Promise<number> {
  const { signal, progress } = start;
  const opened = await openEngine({ counted: () => undefined, signal });
  if (!opened.ok) return failed(opened.failure);
  using engine = opened.value;
  const image = await makeReady(start, prepared, engine);
  if (!image.ok) return failed(image.failure);
  progress(`${startTitle(prepared)}: ${prepared.reference}`);
  using terminal = openTerminalStreams();
  const exit = await startAgent(engine, {
    prepared,
    image: image.value,
    words: start.started.words,
    host: start.host,
    ...terminal,
  });
  if (!exit.ok) return failed(exit.failure);
  if (exit.value.oomKilled) progress(`${prepared.agent} was killed: it had no more memory`);
  return exit.value.exitCode;
}

/** The image in the engine, and what was chosen remembered: only what could be had. */
async function makeReady(
  { workspaceRoot, memory, signal }: Start,
  prepared: PreparedStart,
  engine: Engine,
): Promise<Result<ImageFacts, ImagesFailure>> {
  const image = await ensureImage(engine, prepared, { workspaceRoot, signal });
  if (!image.ok) return image;
  const remembered = await rememberAgent(memory, { ...prepared, signal });
  return remembered.ok ? ok(image.value) : remembered;
}

async function failed(failure: Failure): Promise<number> {
  await tellFailure(failure);
  return exitCodeOf(failure);
}
