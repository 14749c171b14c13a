export type Finished = { readonly exitCode: number | undefined; readonly output: string };

export type Exit = {
  readonly exitCode: number | undefined;
  /** Ended by SIGTERM or SIGINT, ours or another's. */
  readonly wasStopped: boolean;
};

export type Running = {
  readonly exited: Promise<Exit>;
  /** Asks with SIGTERM, insists with SIGKILL after five seconds, and waits for the end. */
  readonly stop: () => Promise<void>;
};

/** Only these variables reach the program: the registry takes settings from REGISTRY_*, apt from APT_CONFIG. */
function scrubbed(): Readonly<Record<string, string>> {
  const kept = ["PATH", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy"];
  return Object.fromEntries(
    kept.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** With the first program that is run: a hundred modules, and most commands run none. */
async function loadExeca() {
  return (await import("execa")).execa;
}

export async function runProgram(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<Finished> {
  const execa = await loadExeca();
  const result = await execa(file, args, {
    cwd: options.cwd,
    cancelSignal: options.signal,
    timeout: options.timeoutMs,
    env: scrubbed(),
    extendEnv: false,
    reject: false,
    all: true,
    stdin: "ignore",
  });
  return { exitCode: result.exitCode, output: result.all || String(result.shortMessage) };
}

/** A credential helper of Docker, asked as Docker asks it: with our whole environment, which says where its store is. */
export async function askCredentialHelper(
  program: string,
  host: string,
  signal: AbortSignal,
): Promise<Finished> {
  const execa = await loadExeca();
  const result = await execa(program, ["get"], {
    input: host,
    cancelSignal: signal,
    timeout: 30_000,
    reject: false,
    stderr: "ignore",
  });
  return { exitCode: result.exitCode, output: result.stdout };
}

export async function startProgram(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly logFile: string },
): Promise<Running> {
  const execa = await loadExeca();
  const child = execa(file, args, {
    cwd: options.cwd,
    env: scrubbed(),
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    stdout: { file: options.logFile },
    stderr: { file: options.logFile },
    forceKillAfterDelay: 5000,
  });
  const exited = (async () => {
    const { exitCode, signal } = await child;
    return { exitCode, wasStopped: signal === "SIGTERM" || signal === "SIGINT" };
  })();
  return {
    exited,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
