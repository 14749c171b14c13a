import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { packMembers } from "./archive.ts";
import type { Member } from "./archive.ts";
import type { BuildSession } from "./build.ts";
import type { EngineFailure } from "./engine-failure.ts";
import type { Engine } from "./engine-port.ts";
import type { ImagesFailure } from "./failure.ts";
import { parsePrintedVersion } from "./versions/agent-version.ts";

/** Runs `version.sh` of a definition in an image, sealed off: it prints the version that is pinned, and nothing else. */
export async function readVersion(
  session: SealedSession,
  image: Digest,
  agent: { readonly folder: string; readonly definition: readonly Member[] },
): Promise<Result<string, ImagesFailure>> {
  const answered = await runSealed(session, image, {
    command: ["bash", "-c", "cd /tmp && tar -x && cd definition && bash version.sh"],
    stdin: agent.definition,
    environment: withoutRetries,
  });
  if (!answered.ok) return answered;
  const { exitCode, output, stdout } = answered.value;
  const version = parsePrintedVersion(stdout);
  return exitCode === 0 && version.ok
    ? version
    : fail({
        reason: "version-script-failed",
        file: path.join(agent.folder, "version.sh"),
        exitCode,
        output: output.slice(0, 500),
      });
}

/** Without a network a second try is of no use: npm alone would take more than a minute for three. */
const withoutRetries = { NPM_CONFIG_FETCH_RETRIES: "0", PIP_RETRIES: "0" };

/** Whether the agent in an image answers with the version that it was to have. */
export async function verifyVersion(
  session: SealedSession & Pick<BuildSession, "progress">,
  built: { readonly agent: string; readonly id: Digest; readonly logFile: string },
  expected: string,
): Promise<Result<undefined, ImagesFailure>> {
  const { agent, id, logFile } = built;
  session.progress(`asking ${agent} for its version`);
  const answered = await askVersion(session, id, agent);
  if (!answered.ok) return answered;
  return saysVersion(answered.value, expected)
    ? ok(undefined)
    : fail({
        reason: "agent-version-differs",
        agent,
        expected,
        answered: shownAnswer(answered.value),
        logFile,
      });
}

export type SealedAnswer = Pick<SealedEnd, "exitCode" | "output" | "oomKilled">;

/** What an agent answers to `--version`, sealed off. */
export async function askVersion(
  session: SealedSession,
  image: Digest,
  agent: string,
): Promise<Result<SealedAnswer, ImagesFailure>> {
  return runSealed(session, image, { command: [agent, "--version"] });
}

/** Among other words, as programs write it: `tool v1.2.3.`, `tool/1.2.3 linux-x64`, in colours; not as a part of another version. */
export function saysVersion({ exitCode, output }: SealedAnswer, version: string): boolean {
  const whole = new RegExp(
    `(?<![0-9A-Za-z.+]|[0-9]-)v?${RegExp.escape(version)}(?![0-9A-Za-z]|[.+~_-][0-9A-Za-z])`,
  );
  return exitCode === 0 && whole.test(stripVTControlCharacters(output));
}

export function shownAnswer({ exitCode, output, oomKilled }: SealedAnswer): string {
  const memory = oomKilled ? ", and something was killed for its memory" : "";
  return `${output.trim().slice(0, 300)} (exit code ${exitCode}${memory})`;
}

type SealedSession = { readonly engine: Pick<Engine, "run">; readonly signal: AbortSignal };

export type SealedRun = {
  readonly command: readonly string[];
  readonly stdin?: readonly Member[];
  readonly environment?: Readonly<Record<string, string>>;
  /** None without it. */
  readonly network?: "bridge";
  readonly timeoutMs?: number;
};

/** Both channels, each cut after 100 000 characters, and what came of both in its order. */
export type SealedEnd = {
  readonly exitCode: number;
  readonly output: string;
  readonly stdout: string;
  readonly stderr: string;
  /** Of any of its processes; the exit code need not say so. */
  readonly oomKilled: boolean;
};

/** Runs a command in an image that can change nothing, and reaches nothing but what `network` lets it. */
export async function runSealed(
  session: SealedSession,
  image: Digest,
  run: SealedRun,
): Promise<Result<SealedEnd, EngineFailure>> {
  const texts = { output: "", stdout: "", stderr: "" };
  const collect = (channel: "stdout" | "stderr", bytes: Uint8Array): void => {
    const text = Buffer.from(bytes).toString("utf8");
    for (const name of ["output", channel] as const) {
      if (texts[name].length < 100_000) texts[name] += text;
    }
  };
  const ended = await session.engine.run(
    {
      image,
      command: run.command,
      entrypoint: [],
      environment: { HOME: "/tmp", ...run.environment },
      network: run.network ?? "none",
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
      stdout: (bytes) => collect("stdout", bytes),
      stderr: (bytes) => collect("stderr", bytes),
      signal: session.signal,
      timeoutMs: run.timeoutMs ?? 120_000,
      watchesEngine: true,
    },
  );
  if (!ended.ok) return isCommandAbsent(ended.failure) ? ok(commandAbsent(run.command)) : ended;
  const { exitCode, outputIsWhole, oomKilled } = ended.value;
  return outputIsWhole
    ? ok({ exitCode, oomKilled, ...texts })
    : fail({ reason: "engine-lost", operation: "run", detail: "the output broke off" });
}

/** As runc and crun say it, which the engine takes for an error of its own. */
function isCommandAbsent(failure: EngineFailure): boolean {
  return (
    failure.reason === "engine-refused" &&
    /executable file (`[^`]*` )?not found/.test(failure.detail)
  );
}

/** What a shell answers then. */
function commandAbsent([program = ""]: readonly string[]): SealedEnd {
  const stderr = `${program}: not found in the image`;
  return { exitCode: 127, oomKilled: false, output: stderr, stdout: "", stderr };
}
