import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ImagesFailure } from "../failure.ts";
import { parsePrintedVersion } from "./agent-version.ts";
import type { FoundVersion } from "./agent-version.ts";
import type { VersionAttempt } from "./failure.ts";
import type { VersionCache } from "./version-cache.ts";
import type { VersionScript } from "./version-script.ts";

/** How a `version.sh` ended; what it printed is cut after `mostPrinted` characters. */
export type ScriptEnd =
  | {
      readonly kind: "exited";
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly kind: "timed-out"; readonly timeoutMs: number };

/** Runs a `version.sh` somewhere; fails with why it cannot be run there. */
export type RunScript = (script: VersionScript) => Promise<Result<ScriptEnd, ImagesFailure>>;

/** An image to run a `version.sh` in, and what tells its content from any other's. */
export type Builder = { readonly identity: string; readonly run: RunScript };

export type VersionSources = {
  /** Fails with why there is none. */
  readonly builderFor: (script: VersionScript) => Promise<Result<Builder, ImagesFailure>>;
  /** Absent where nothing outside may be asked: what runs on the host cannot be kept from it. */
  readonly onHost: RunScript | undefined;
  readonly cache: VersionCache;
  readonly signal: AbortSignal;
};

/** A version is one line; a script may say a little more before that counts as too much. */
export const mostPrinted = 4096;

/** The version that `version.sh` prints in the builder image or, if it prints none there, on the host. */
export async function findVersion(
  script: VersionScript,
  sources: VersionSources,
): Promise<Result<FoundVersion, ImagesFailure>> {
  const builder = await sources.builderFor(script);
  const identity = builder.ok ? builder.value.identity : "none";
  return sources.cache.through(
    { agent: script.agent, script: script.digest, builder: identity },
    async () => askBoth(script, builder, sources),
  );
}

async function askBoth(
  script: VersionScript,
  builder: Result<Builder, ImagesFailure>,
  { onHost, signal }: VersionSources,
): Promise<Result<FoundVersion, ImagesFailure>> {
  const { agent, file, digest: definition } = script;
  const attempts: VersionAttempt<ImagesFailure>[] = [];
  const places = [
    { where: "builder", run: builder.ok ? builder.value.run : async () => builder },
    ...(onHost === undefined ? [] : [{ where: "host", run: onHost } as const]),
  ] as const;
  for (const { where, run } of places) {
    const ended = await run(script);
    if (signal.aborted) return fail({ reason: "version-interrupted", agent });
    const printed = ended.ok
      ? versionOf(where, ended.value)
      : fail({ where, problem: "unavailable", because: ended.failure } as const);
    if (printed.ok) return ok({ version: printed.value, source: where, definition });
    attempts.push(printed.failure);
  }
  return fail({ reason: "version-unknown", agent, file, attempts });
}

function versionOf(
  where: VersionAttempt<ImagesFailure>["where"],
  end: ScriptEnd,
): Result<string, VersionAttempt<ImagesFailure>> {
  if (end.kind === "timed-out") {
    return fail({ where, problem: "timed-out", timeoutMs: end.timeoutMs });
  }
  const { exitCode, stdout, stderr } = end;
  const said = showable(stdout === "" || exitCode !== 0 ? `${stdout}\n${stderr}` : stdout);
  if (exitCode !== 0) return fail({ where, problem: "exited", exitCode, printed: said });
  if (stdout.length > mostPrinted) {
    return fail({ where, problem: "too-much-printed", printed: said });
  }
  const version = parsePrintedVersion(stdout);
  return version.ok ? version : fail({ where, problem: version.failure, printed: said });
}

const mostShown = 500;

/** The end, where programs say what went wrong, without users and passwords of addresses. */
function showable(text: string): string {
  const plain = text.replaceAll(/\/\/[^\s/@]*@/g, "//").trim();
  return plain.length <= mostShown ? plain : `… ${plain.slice(-mostShown)}`;
}
