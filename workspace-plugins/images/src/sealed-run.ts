import path from "node:path";
import { fail, ok } from "@slipway/signature";
import type { Digest, Result } from "@slipway/signature";
import { packMembers } from "./archive.ts";
import type { Member } from "./archive.ts";
import type { BuildSession } from "./build.ts";
import type { ImagesFailure } from "./failure.ts";

/** Runs `version.sh` of a definition in an image, sealed off: it prints the version that is pinned, and nothing else. */
export async function readVersion(
  session: BuildSession,
  image: Digest,
  agent: { readonly folder: string; readonly definition: readonly Member[] },
): Promise<Result<string, ImagesFailure>> {
  const answered = await runSealed(session, image, {
    command: ["bash", "-c", "cd /tmp && tar -x && cd definition && bash version.sh"],
    stdin: agent.definition,
  });
  if (!answered.ok) return answered;
  const { exitCode, output } = answered.value;
  const version = output.trim();
  return exitCode === 0 && /^[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}$/.test(version)
    ? ok(version)
    : fail({
        reason: "version-script-failed",
        file: path.join(agent.folder, "version.sh"),
        exitCode,
        output: output.slice(0, 500),
      });
}

/** Whether the agent in an image answers with the version that it was to have. */
export async function verifyVersion(
  session: BuildSession,
  built: { readonly agent: string; readonly id: Digest; readonly logFile: string },
  expected: string,
): Promise<Result<undefined, ImagesFailure>> {
  const { agent, id, logFile } = built;
  session.progress(`asking ${agent} for its version`);
  const answered = await runSealed(session, id, { command: [agent, "--version"] });
  if (!answered.ok) return answered;
  const { exitCode, output } = answered.value;
  const words = output.split(/\s+/).map((word) => word.replace(/^v|[.,]$/g, ""));
  return exitCode === 0 && words.includes(expected)
    ? ok(undefined)
    : fail({
        reason: "agent-version-differs",
        agent,
        expected,
        answered: `${output.trim().slice(0, 300)} (exit code ${exitCode})`,
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
