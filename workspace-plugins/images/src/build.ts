import { readFile } from "node:fs/promises";
import path from "node:path";
import { fail, ok, replaceFolder } from "@slipway/signature";
import type { Digest, Result } from "@slipway/signature";
import { packMembers } from "./archive.ts";
import type { Member } from "./archive.ts";
import { accessMembers, proxyArguments } from "./build-access.ts";
import type { BuildAccess } from "./build-access.ts";
import { newBuildLog } from "./builds/build-logs.ts";
import type { BuildTurns } from "./builds/build-turns.ts";
import { definitionMembers, digestOfMembers } from "./context.ts";
import type { Engine } from "./engine-port.ts";
import type { ImagesFailure } from "./failure.ts";
import { layOutArchive } from "./layout.ts";
import type { Below } from "./layout.ts";
import { loadImage } from "./load.ts";
import { imageLabels } from "./names.ts";
import type { ImageReceipt } from "./receipt.ts";

/** What a build works with, the same for every image of a command. */
export type BuildSession = {
  readonly workspaceRoot: string;
  /** Its name, for the labels of images. */
  readonly workspace: string;
  readonly engine: Engine;
  readonly access: BuildAccess;
  readonly turns: BuildTurns<ImageReceipt, ImagesFailure>;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
};

type ImageBuild = {
  readonly project: string;
  readonly reference: string;
  /** Relative to the workspace. */
  readonly layoutFolder: string;
  /** What its logs begin with, for example `codex-on-debian`. */
  readonly logName: string;
  readonly below: Below;
  readonly members: readonly Member[];
  readonly dockerfile: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, string>>;
  readonly agentVersion?: string;
  /** Looks at the built image before it counts. */
  readonly verify: (id: Digest, logFile: string) => Promise<Result<undefined, ImagesFailure>>;
};

const hourMs = 60 * 60 * 1000;

export type BaseBuild = {
  readonly project: string;
  /** Relative to the workspace. */
  readonly definitionFolder: string;
  readonly reference: string;
  readonly layoutFolder: string;
  /** What its logs begin with, for example `codex-on-debian`. */
  readonly logName: string;
  /** The root file system in the registry, by digest. */
  readonly fromImage: string;
  readonly below: Below;
};

/** Pulls the root file system by digest and builds the base's own Dockerfile on it. */
export async function buildBase(
  session: BuildSession,
  base: BaseBuild,
): Promise<Result<ImageReceipt, ImagesFailure>> {
  const { engine, signal, progress } = session;
  progress(`pulling ${base.fromImage}`);
  const pulled = await engine.pull(base.fromImage, {
    signal,
    progress: () => {},
    timeoutMs: hourMs,
  });
  if (!pulled.ok) return pulled;
  const folder = path.join(session.workspaceRoot, base.definitionFolder);
  const members = await definitionMembers(folder, "", signal);
  if (!members.ok) return members;
  return buildImage(session, {
    ...base,
    members: members.value,
    dockerfile: "Dockerfile",
    buildArgs: { FROM_IMAGE: base.fromImage },
    inputs: {
      definition: digestOfMembers(members.value),
      "from-image": base.below.receipt.manifestDigest,
    },
    verify: async () => ok(undefined),
  });
}

export type AgentBuild = {
  readonly project: string;
  readonly agent: string;
  readonly definitionFolder: string;
  /** The Dockerfile shared by all agents, relative to the workspace. */
  readonly dockerfile: string;
  readonly reference: string;
  readonly layoutFolder: string;
  /** What its logs begin with, for example `codex-on-debian`. */
  readonly logName: string;
  readonly base: Below;
  readonly baseTarget: string;
};

/** Installs an agent's pinned version on a base, and lets the agent in the image say that version. */
export async function buildAgent(
  session: BuildSession,
  agent: AgentBuild,
): Promise<Result<ImageReceipt, ImagesFailure>> {
  const folder = path.join(session.workspaceRoot, agent.definitionFolder);
  const listed = await definitionMembers(folder, "definition", session.signal);
  if (!listed.ok) return listed;
  const definition = listed.value;
  const base = await ensureBase(session, agent);
  if (!base.ok) return base;
  const version = await readVersion(session, agent, definition);
  if (!version.ok) return version;
  session.progress(`${agent.agent} ${version.value} on ${agent.base.receipt.reference}`);
  const dockerfile = await readFile(path.join(session.workspaceRoot, agent.dockerfile));
  const members = [...definition, { name: "Dockerfile", bytes: dockerfile }];
  return buildImage(session, {
    ...agent,
    below: agent.base,
    members,
    dockerfile: "Dockerfile",
    buildArgs: { BASE_IMAGE: base.value, AGENT: agent.agent, AGENT_VERSION: version.value },
    inputs: {
      definition: digestOfMembers(definition),
      dockerfile: digestOfMembers(members.slice(-1)),
      base: agent.base.receipt.imageId,
    },
    agentVersion: version.value,
    verify: async (id, logFile) => verifyVersion(session, { ...agent, id, logFile }, version.value),
  });
}

/** The base under a name that only this content can have, so that two runs cannot swap it under a build. */
async function ensureBase(
  session: BuildSession,
  agent: AgentBuild,
): Promise<Result<string, ImagesFailure>> {
  const { engine, signal } = session;
  const { receipt, folder } = agent.base;
  const loaded = await loadImage(
    {
      images: engine.images,
      load: async (archive) => engine.load(archive, signal),
      tag: async (id, reference) => engine.tag(id, ...splitReference(reference)),
    },
    { workspaceRoot: session.workspaceRoot, folder, receipt, target: agent.baseTarget },
  );
  if (!loaded.ok) return loaded;
  const [repository] = splitReference(receipt.reference);
  const tag = receipt.imageId.slice("sha256:".length);
  const tagged = await engine.tag(receipt.imageId, repository, tag);
  return tagged.ok ? ok(`${repository}:${tag}`) : tagged;
}

export function splitReference(reference: string): [repository: string, tag: string] {
  const at = reference.lastIndexOf(":");
  return [reference.slice(0, at), reference.slice(at + 1)];
}

async function buildImage(
  session: BuildSession,
  build: ImageBuild,
): Promise<Result<ImageReceipt, ImagesFailure>> {
  return session.turns.take(build.reference, async () => buildInTurn(session, build));
}

async function buildInTurn(
  session: BuildSession,
  build: ImageBuild,
): Promise<Result<ImageReceipt, ImagesFailure>> {
  const { engine, signal, workspaceRoot } = session;
  const access = await accessMembers(session.access);
  const logFile = await newBuildLog(path.join(workspaceRoot, ".slipway", "logs"), build.logName);
  const shownLog = path.relative(workspaceRoot, logFile);
  session.progress(`building ${build.reference} (log: ${shownLog})`);
  const built = await engine.build({
    context: packMembers([...build.members, ...access]),
    dockerfile: build.dockerfile,
    buildArgs: { ...proxyArguments(session.access), ...build.buildArgs },
    labels: imageLabels(session.workspace, build.project),
    logFile,
    signal,
    timeoutMs: hourMs,
  });
  if (!built.ok) return built;
  try {
    const verified = await build.verify(built.value, shownLog);
    if (!verified.ok) return verified;
    session.progress(`laying out ${build.reference}`);
    const archive = await engine.save(built.value, signal);
    if (!archive.ok) return archive;
    return await replaceFolder(path.join(workspaceRoot, build.layoutFolder), async (folder) =>
      layOutArchive({ ...build, workspaceRoot, folder }, archive.value),
    );
  } finally {
    // What the engine built is not what counts: the normalised image is loaded by its own target.
    await engine.removeImage(built.value);
  }
}

/** Runs `version.sh` in the base, sealed off: it prints the version that is pinned, and nothing else. */
async function readVersion(
  session: BuildSession,
  agent: AgentBuild,
  definition: readonly Member[],
): Promise<Result<string, ImagesFailure>> {
  const answered = await runSealed(session, agent.base.receipt.imageId, {
    command: ["bash", "-c", "cd /tmp && tar -x && cd definition && bash version.sh"],
    stdin: definition,
  });
  if (!answered.ok) return answered;
  const { exitCode, output } = answered.value;
  const version = output.trim();
  return exitCode === 0 && /^[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}$/.test(version)
    ? ok(version)
    : fail({
        reason: "version-script-failed",
        file: path.join(agent.definitionFolder, "version.sh"),
        exitCode,
        output: output.slice(0, 500),
      });
}

async function verifyVersion(
  session: BuildSession,
  { agent, id, logFile }: { readonly agent: string; readonly id: Digest; readonly logFile: string },
  expected: string,
): Promise<Result<undefined, ImagesFailure>> {
  session.progress(`asking ${agent} for its version`);
  const answered = await runSealed(session, id, { command: [agent, "--version"] });
  if (!answered.ok) return answered;
  const words = answered.value.output.split(/\s+/).map((word) => word.replace(/^v|[.,]$/g, ""));
  return answered.value.exitCode === 0 && words.includes(expected)
    ? ok(undefined)
    : fail({
        reason: "agent-version-differs",
        agent,
        expected,
        answered: `${answered.value.output.trim().slice(0, 300)} (exit code ${answered.value.exitCode})`,
        logFile,
      });
}

type SealedRun = { readonly command: readonly string[]; readonly stdin?: readonly Member[] };

async function runSealed(
  session: BuildSession,
  image: Digest,
  run: SealedRun,
): Promise<Result<{ readonly exitCode: number; readonly output: string }, ImagesFailure>> {
  let output = "";
  const collect = (bytes: Uint8Array): void => {
    if (output.length < 100_000) output += Buffer.from(bytes).toString("utf8");
  };
  const ended = await session.engine.run(
    {
      image,
      command: run.command,
      entrypoint: [],
      environment: { HOME: "/tmp" },
      network: "none",
      readOnlyRoot: true,
      dropCapabilities: ["ALL"],
      noNewPrivileges: true,
      memoryBytes: 2 * 2 ** 30,
      pids: 512,
      temporaryFolders: { "/tmp": "rw,exec,mode=1777" },
      mounts: [],
      labels: {},
    },
    {
      ...(run.stdin === undefined ? {} : { stdin: packMembers(run.stdin) }),
      stdout: collect,
      stderr: collect,
      signal: session.signal,
      timeoutMs: 120_000,
    },
  );
  if (!ended.ok) return ended;
  const { exitCode, outputIsWhole } = ended.value;
  return outputIsWhole
    ? ok({ exitCode, output })
    : fail({ reason: "engine-lost", operation: "run", detail: "the output broke off" });
}
