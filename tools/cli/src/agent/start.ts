import { realpath } from "node:fs/promises";
import { readWorkspaceName } from "@slipway/executors/runs";
import { openEngine, openUserTurns, readBuildAccess } from "@slipway/images";
import type {
  Catalogue,
  Engine,
  ImageFacts,
  ImagesFailure,
  MadeImage,
  PreparedStart,
} from "@slipway/images";
import { readHost } from "@slipway/images/run/host";
import type { Host } from "@slipway/images/run/host";
import { makeReady } from "@slipway/images/run/make-ready";
import { saveSelection } from "@slipway/images/run/name-selection";
import { prepareStart, startTitle } from "@slipway/images/run/prepare-start";
import { memoryIn, rememberAgent } from "@slipway/images/run/project-memory";
import { findPulled } from "@slipway/images/run/pulled-images";
import { startAgent } from "@slipway/images/run/start-agent";
import type { MemoryPlace } from "@slipway/images/run/project-memory";
import { findUserCredential } from "@slipway/registry";
import { userHome } from "@slipway/registry/user-home";
import type { Failure } from "@slipway/report";
import { ingredientWords } from "@slipway/report/ingredient-words";
import { ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { namesNear } from "@slipway/signature/names-near";
import { usageExitCode } from "../call.ts";
import type { Call } from "../call.ts";
import { tellFailure, tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import type { AgentCall } from "./agent-call.ts";
import { exitCodeOf } from "./exit-code.ts";
import { openAsker } from "./questions.ts";
import { readStartArguments } from "./start-arguments.ts";
import type { StartArguments } from "./start-arguments.ts";
import { openStartLock } from "./start-lock.ts";
import { startPlan } from "./start-plan.ts";
import { imagesRoot, stateFolder, userWorkspace } from "./own-folders.ts";
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
  const catalogue = await agentCall.catalogue();
  if (!catalogue.ok) return tellFailure(catalogue.failure, { json });
  const prepared = await prepare(start, catalogue.value);
  if (!prepared.ok) {
    const code = await tellFailure(withCommands(prepared.failure, call.commands), { json });
    return prepared.failure.reason === "choice-open" ? usageExitCode : code;
  }
  for (const note of prepared.value.notes) agentCall.progress(note);
  const entry = catalogue.value.agents.find((one) => one.name === read.value.agent);
  if (read.value.isUpdate && entry?.place === "workspace") {
    const { name } = entry;
    agentCall.progress(
      `${name} is locked by the workspace: slipway agent update ${name} renews that`,
    );
  }
  if (isDryRun) {
    const { plan, rows } = startPlan(prepared.value, words);
    return agentCall.show(plan, rows);
  }
  return runPrepared(start, catalogue.value, prepared.value);
}

/** `slipway agent lst`: the word may be a command with a slip of the pen. */
function withCommands(failure: Failure, known: Call["commands"]): Failure {
  if (failure.reason !== "definition-unknown" || failure.kind !== "agent") return failure;
  const words = known.flatMap(({ name }) => /^agent (\S+)$/.exec(name)?.[1] ?? []);
  const commands = namesNear([failure.name], words).map((word) => `slipway agent ${word}`);
  return { ...failure, commands };
}

type Start = AgentCall & {
  readonly started: StartArguments;
  readonly host: Host;
  readonly memory: MemoryPlace;
};

async function prepare(
  start: Start,
  catalogue: Catalogue,
): Promise<Result<PreparedStart, Failure>> {
  const { started, host, memory, signal } = start;
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
    { catalogue, host, memory, asker, signal },
  );
}

async function runPrepared(
  start: Start,
  catalogue: Catalogue,
  prepared: PreparedStart,
): Promise<number> {
  const { signal, progress, memory } = start;
  const opened = await openEngine({ counted: () => undefined, signal });
  if (!opened.ok) return failed(opened.failure);
  using engine = opened.value;
  // What a start left that was killed; one that cannot be removed keeps nobody from starting.
  await engine.reap();
  const { saved } = prepared;
  const known = saved === undefined ? catalogue : await saveSelection(saved, catalogue);
  if (saved?.isNew === true) progress(`${saved.entry.name} is saved: ${saved.entry.file}`);
  const image = await readyImage(start, { ...prepared, catalogue: known }, engine);
  if (!image.ok) return await failed(image.failure);
  // After the image: what could not be had is not what the next start begins with.
  const remembered = await rememberAgent(memory, { ...prepared, signal });
  if (!remembered.ok) return await failed(remembered.failure);
  progress(`${startTitle(prepared)}: ${prepared.reference}`);
  using terminal = openTerminalStreams();
  const exit = await startAgent(engine, {
    prepared,
    image: image.value,
    words: start.started.words,
    host: start.host,
    ...terminal,
  });
  if (!exit.ok) return await failed(exit.failure);
  if (exit.value.oomKilled) progress(`${prepared.agent} was killed: it had no more memory`);
  return exit.value.exitCode;
}

async function readyImage(
  { workspaceRoot, started, signal, progress }: Start,
  chain: Parameters<typeof makeReady>[0],
  engine: Engine,
): Promise<Result<ImageFacts, ImagesFailure>> {
  const turns = openUserTurns<MadeImage, ImagesFailure>(process.env, { signal, progress });
  const root = workspaceRoot ?? imagesRoot(process.env);
  const { catalogue } = chain;
  return makeReady(chain, {
    place: { root },
    workspace: workspaceRoot === undefined ? userWorkspace : readWorkspaceName(workspaceRoot),
    engine,
    access: async () => readBuildAccess(process.env, signal),
    turns,
    isOffline: started.isOffline,
    isFrozen: started.isFrozen,
    isRebuild: started.isRebuild,
    userLockFolder: stateFolder(process.env),
    lock: openStartLock({
      catalogue,
      root,
      engine,
      isUpdate: started.isUpdate,
      signal,
      progress,
      told: tellFailure,
    }),
    pulled: async (links) =>
      workspaceRoot === undefined
        ? ok(undefined)
        : findPulled(links, {
            stateFolder: stateFolder(process.env),
            workspaceRoot,
            engine,
            now: new Date(),
            isFrozen: started.isFrozen,
            signal,
          }),
    findCredential: findUserCredential({ home: userHome(), environment: process.env }, signal),
    signal,
    progress,
    wordsOf: ingredientWords,
    told: tellFailure,
  });
}

async function failed(failure: Failure): Promise<number> {
  await tellFailure(failure);
  return exitCodeOf(failure);
}
