import { existsSync } from "node:fs";
import path from "node:path";
import { fail, ok, writeFileAtomically } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { endGroup, endingGroup } from "@slipway/signature/process-group";
import { execa } from "execa";
import { proxyVariables } from "./build-access.ts";
import type { BuildAccess } from "./build-access.ts";
import type { ImagesFailure } from "./failure.ts";
import type { BuildRecord } from "./provenance.ts";

/** Debian's, and what other systems keep at the same place. */
const systemCaBundle = "/etc/ssl/certs/ca-certificates.crt";

/**
 * The npm client's own settings, the proxies of the environment, and the CA bundle that `SLIPWAY_CA_BUNDLE` names, else the system's. An empty
 * `SLIPWAY_CA_BUNDLE` means: none.
 */
export async function readBuildAccess(
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<BuildAccess> {
  const named = environment["SLIPWAY_CA_BUNDLE"] ?? systemCaBundle;
  const { stdout } = await execa("npm", ["config", "get", "registry"], {
    cancelSignal: signal,
    timeout: 30_000,
    env: declaredVariables(environment, /^(PATH|HOME|XDG_CONFIG_HOME|npm_config_.*)$/i),
    extendEnv: false,
  });
  return {
    caBundle: named !== "" && existsSync(named) ? named : undefined,
    npmRegistry: stdout.trim().replace(/\/?$/, "/"),
    proxies: proxyVariables(environment),
  };
}

/** A program gets what it is known to need: another variable of the caller is no part of what it makes. */
function declaredVariables(
  environment: Readonly<Record<string, string | undefined>>,
  names: RegExp,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && names.test(name) ? [[name, value]] : [],
    ),
  );
}

/** What git says of its settings in a folder, as `git config --list -z` has it; nothing where there is no git. */
export async function listGitSettings(folder: string, signal: AbortSignal): Promise<string> {
  const { stdout, failed } = await execa("git", ["-C", folder, "config", "--list", "-z"], {
    cancelSignal: signal,
    timeout: 10_000,
    reject: false,
    stdin: "ignore",
  });
  return failed ? "" : stdout;
}

/**
 * The commit whose files a folder has, all of them and no others, and where it is fetched from. `undefined`: there is
 * none, or something has been changed.
 */
export async function readSource(
  folder: string,
  signal: AbortSignal,
): Promise<BuildRecord["source"]> {
  const asked = { cancelSignal: signal, timeout: 60_000, reject: false, stdin: "ignore" } as const;
  const git = async (...words: readonly string[]) => execa("git", ["-C", folder, ...words], asked);
  const head = await git("rev-parse", "--verify", "HEAD");
  const changes = await git("status", "--porcelain");
  if (head.failed || changes.failed || changes.stdout !== "") return undefined;
  const remote = await git("config", "--get", "remote.origin.url");
  const uri = publicUrl(remote.failed ? "" : remote.stdout);
  return { commit: head.stdout.trim(), ...(uri === undefined ? {} : { uri }) };
}

/** Without what is for its owner alone; a folder of this machine is nobody else's source. */
function publicUrl(text: string): string | undefined {
  const url = URL.parse(text.trim());
  if (url === null || !["https:", "http:", "ssh:", "git:"].includes(url.protocol)) return undefined;
  return `${url.protocol}//${url.host}${url.pathname}`;
}

export type Bootstrap = {
  readonly suite: string;
  readonly packages: readonly string[];
  /** Where the tar goes. What is there meanwhile lies beside it, unless TMPDIR is said. */
  readonly tarFile: string;
  readonly logFile: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
};

/** A Debian root file system by mmdebstrap, with documentation and translations left out. */
export async function bootstrapDebian(
  request: Bootstrap,
): Promise<Result<undefined, ImagesFailure>> {
  const excluded = ["doc", "man", "locale", "info", "groff", "lintian", "linda"];
  const result = await execa(
    "mmdebstrap",
    [
      "--variant=minbase",
      ...(request.packages.length === 0 ? [] : [`--include=${request.packages.join(",")}`]),
      ...excluded.map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
      "--format=tar",
      request.suite,
      request.tarFile,
    ],
    {
      cancelSignal: request.signal,
      timeout: request.timeoutMs,
      // Times of files made during the bootstrap are clamped to it: the same packages give the same bytes.
      env: {
        TMPDIR: path.dirname(request.tarFile),
        ...declaredVariables(process.env, /^(PATH|HOME|TMPDIR|https?_proxy|no_proxy)$/i),
        LC_ALL: "C.UTF-8",
        SOURCE_DATE_EPOCH: "0",
      },
      extendEnv: false,
      all: true,
      reject: false,
      stdin: "ignore",
    },
  );
  await writeFileAtomically(request.logFile, `${result.all}\n`);
  if (!result.failed) return ok(undefined);
  if (result.code === "ENOENT") return fail({ reason: "bootstrap-absent", command: "mmdebstrap" });
  return fail({
    reason: "bootstrap-failed",
    suite: request.suite,
    detail:
      result.all.split("\n").findLast((line) => line.startsWith("E:")) ?? result.shortMessage ?? "",
    logFile: request.logFile,
  });
}

/** A script of a definition, run with `variables` and nothing else of this process. */
export type HostScript = {
  readonly file: string;
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly mostPrinted: number;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
};

export type HostScriptEnd =
  | {
      readonly kind: "exited";
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly kind: "timed-out" }
  /** There is no bash. */
  | { readonly kind: "not-started" };

/** By bash. All that it started ends with it; each channel is cut when more than `mostPrinted` characters came. */
export async function runOnHost(script: HostScript): Promise<HostScriptEnd> {
  const { signal, mostPrinted } = script;
  const running = execa("bash", [script.file], {
    cwd: script.folder,
    env: script.variables,
    extendEnv: false,
    stdin: "ignore",
    reject: false,
    // One more, so that what was cut is known to have been longer.
    maxBuffer: mostPrinted + 1,
    detached: true,
  });
  try {
    const { end, isTimedOut } = await endingGroup(running, { signal, limitMs: script.timeoutMs });
    const { stdout, stderr, exitCode, signal: endedBy, isMaxBuffer } = end;
    if (isTimedOut) return { kind: "timed-out" };
    if (exitCode !== undefined) return { kind: "exited", exitCode, stdout, stderr };
    if (isMaxBuffer) return { kind: "exited", exitCode: 0, stdout, stderr };
    return endedBy === undefined
      ? { kind: "not-started" }
      : { kind: "exited", exitCode: 128, stdout, stderr: `${stderr}\nended by ${endedBy}` };
  } finally {
    endGroup(running.pid);
  }
}
