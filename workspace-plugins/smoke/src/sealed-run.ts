import type { Readable } from "node:stream";
import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { packInputs, readOutputFiles } from "./archive.ts";
import type { SmokeDefinition } from "./definition.ts";
import type { RunName, SmokeFailure } from "./failure.ts";
import { parseRunOutput } from "./output.ts";
import { networkAttempts, sealControls, sealedContainer } from "./seal.ts";
import type { SealControl, SealedContainer } from "./seal.ts";
import type { FileContent } from "./tree.ts";
import { conditions } from "./variation.ts";

/** Creates a container, feeds it, and removes it whatever happens. `Refusal` is the engine's own failures. */
export type ContainerRunner<Refusal> = (
  container: SealedContainer,
  streams: {
    readonly stdin: Readable;
    readonly stdout: (bytes: Uint8Array) => void;
    readonly stderr: (bytes: Uint8Array) => Promise<void>;
    readonly signal: AbortSignal;
    readonly timeoutMs: number;
  },
) => Promise<Result<ContainerExit, Refusal>>;

/** `inspected` is the engine's account of the container, in the words of its API. */
export type ContainerExit = {
  readonly exitCode: number;
  readonly oomKilled: boolean;
  readonly outputIsWhole: boolean;
  readonly inspected: {
    readonly Image: string;
    readonly HostConfig: {
      readonly NetworkMode: string;
      readonly ReadonlyRootfs: boolean;
      readonly Privileged: boolean;
    };
  };
};

export type Log = {
  readonly file: string;
  readonly write: (bytes: Uint8Array | string) => Promise<void>;
};

export type SealedRunRequest = {
  readonly run: RunName;
  readonly definition: SmokeDefinition;
  readonly image: Digest;
  readonly inputs: readonly FileContent[];
  readonly log: Log;
  readonly signal: AbortSignal;
};

export type SealedRun = {
  readonly outputs: readonly FileContent[];
  readonly controls: readonly SealControl[];
  readonly networkAttempts: number | undefined;
};

const largestOutputBytes = 512 * 2 ** 20;
/** The engine's own limit is only there for an engine that hangs: ours comes first. */
const engineMarginMs = 30_000;
const tailLines = 20;

/** One run of the command in a container that can reach nothing and keeps nothing. */
export async function runSealed<Refusal>(
  runner: ContainerRunner<Refusal>,
  request: SealedRunRequest,
): Promise<Result<SealedRun, SmokeFailure | Refusal>> {
  const { run, definition, log } = request;
  const { timeoutSeconds } = definition.limits;
  const tooLarge = new AbortController();
  const deadline = AbortSignal.timeout(timeoutSeconds * 1000);
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const tail = openTail();
  const exit = await runner(sealedContainer(definition, request.image, conditions[run]), {
    stdin: packInputs(request.inputs, conditions[run].inputOrder),
    stdout: (bytes) => {
      sizeBytes += bytes.byteLength;
      if (sizeBytes > largestOutputBytes) tooLarge.abort();
      else chunks.push(bytes);
    },
    stderr: async (bytes) => {
      tail.write(bytes);
      await log.write(bytes);
    },
    signal: AbortSignal.any([request.signal, deadline, tooLarge.signal]),
    timeoutMs: timeoutSeconds * 1000 + engineMarginMs,
  });
  if (tooLarge.signal.aborted) {
    return fail({ reason: "smoke-output-too-large", run, limitBytes: largestOutputBytes });
  }
  if (!exit.ok) {
    return deadline.aborted ? fail({ reason: "smoke-timed-out", run, timeoutSeconds }) : exit;
  }
  return judgeRun(request, exit.value, Buffer.concat(chunks), tail.lines());
}

/** Order matters: a run that was killed or unsealed is told as that, not by what its output then lacks. */
async function judgeRun(
  { run, definition, log, image }: SealedRunRequest,
  exit: ContainerExit,
  stdout: Buffer,
  tail: readonly string[],
): Promise<Result<SealedRun, SmokeFailure>> {
  const unsealed = findUnsealed(exit, image);
  if (unsealed !== undefined) return fail({ reason: "seal-broken", run, ...unsealed });
  if (exit.oomKilled) {
    const memoryBytes = definition.limits.memoryMebibytes * 2 ** 20;
    return fail({ reason: "smoke-out-of-memory", run, memoryBytes });
  }
  const output = exit.outputIsWhole ? parseRunOutput(stdout) : undefined;
  if (output === undefined || exit.exitCode !== 0) {
    return fail({ reason: "smoke-output-truncated", run, logFile: log.file });
  }
  const controls = sealControls(output.facts);
  const broken = controls.find(({ expected, found }) => expected !== found);
  if (broken !== undefined) return fail({ reason: "seal-broken", run, ...broken });
  const exitCode = Number(output.facts.get("status"));
  if (exitCode !== 0) {
    return fail({ reason: "smoke-command-failed", run, exitCode, output: tail, logFile: log.file });
  }
  const missing = output.facts.get("missing");
  if (missing !== undefined) return fail({ reason: "smoke-output-missing", run, path: missing });
  const outputs = await readOutputFiles(run, output.archive);
  if (!outputs.ok) return outputs;
  return ok({ outputs: outputs.value, controls, networkAttempts: networkAttempts(output.facts) });
}

/** The seal as the engine says it was, beside what the container saw. */
function findUnsealed({ inspected }: ContainerExit, image: Digest): SealControl | undefined {
  const { NetworkMode, Privileged, ReadonlyRootfs } = inspected.HostConfig;
  const rows: readonly SealControl[] = [
    { control: "image", expected: image, found: inspected.Image },
    { control: "network mode", expected: "none", found: NetworkMode },
    { control: "read-only root", expected: "true", found: String(ReadonlyRootfs) },
    { control: "privileged", expected: "false", found: String(Privileged) },
  ];
  return rows.find(({ expected, found }) => expected !== found);
}

function openTail(): {
  readonly write: (bytes: Uint8Array) => void;
  readonly lines: () => readonly string[];
} {
  let text = "";
  return {
    write: (bytes) => {
      text = `${text}${Buffer.from(bytes).toString("utf8")}`.slice(-8192);
    },
    lines: () => text.trimEnd().split("\n").slice(-tailLines),
  };
}
