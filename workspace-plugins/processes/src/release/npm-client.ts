import { endGroup, endingGroup } from "@slipway/signature/process-group";

export type NpmEnd =
  | { readonly state: "exited"; readonly exitCode: number; readonly stdout: string }
  | { readonly state: "absent" }
  | { readonly state: "timed-out" }
  | { readonly state: "stopped" };

/** Runs the npm client in a folder, whose configuration is in force there. */
export type RunNpm = (
  args: readonly string[],
  options: { readonly folder: string; readonly limitMs: number },
) => Promise<NpmEnd>;

const mostOutputBytes = 64 * 1024 * 1024;

/**
 * The npm client of PATH with the whole environment: tokens and registries may be in any variable that an .npmrc names.
 * It is asked nothing, and ends with all that it started.
 */
export function openNpmClient(
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): RunNpm {
  return async (args, { folder, limitMs }) => {
    // With the first program that is run: a hundred modules.
    const { execa } = await import("execa");
    if (signal.aborted) return { state: "stopped" };
    const running = execa("npm", [...args, "--json", "--loglevel=error"], {
      cwd: folder,
      env: ownEnvironment(environment),
      extendEnv: false,
      stdin: "ignore",
      stderr: "ignore",
      reject: false,
      maxBuffer: mostOutputBytes,
      detached: true,
    });
    try {
      const { end, isTimedOut } = await endingGroup(running, { signal, limitMs });
      if (signal.aborted) return { state: "stopped" };
      if (isTimedOut) return { state: "timed-out" };
      if (end.code === "ENOENT") return { state: "absent" };
      return { state: "exited", exitCode: end.exitCode ?? 1, stdout: end.stdout };
    } finally {
      endGroup(running.pid);
    }
  };
}

/** What `npm run` and `npx` say of their own call to those they start: it would be taken for ours. */
const ofCaller =
  /^npm_config_(?:global|include_workspace_root|local_prefix|prefix|workspaces?|dry_run)$/i;

function ownEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || ofCaller.test(name) ? [] : [[name, value]],
    ),
  );
}
