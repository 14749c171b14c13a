import { realpath } from "node:fs/promises";
import path from "node:path";
import { fail, hasCode, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { runProgram } from "@slipway/signature/program";

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Whether git would take a file into a commit, or has; `false` too where there is no git or no repository. The failure:
 * why git could not say it.
 */
export async function isCommittable(
  file: string,
  signal: AbortSignal,
  environment: Variables = process.env,
): Promise<Result<boolean, string>> {
  const real = await realpath(file);
  try {
    const args = ["-C", path.dirname(real), "check-ignore", "--quiet", "--", real];
    const env = { ...environment, LC_ALL: "C" };
    await runProgram("git", args, { signal, env, timeout: 20_000 });
    return ok(false);
  } catch (error) {
    signal.throwIfAborted();
    if (hasCode(error, ["ENOENT"])) return ok(false);
    // Its status where nothing says that it is ignored.
    if (error instanceof Error && "code" in error && error.code === 1) return ok(true);
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    if (/^fatal: not a git repository \(or any/m.test(said)) return ok(false);
    return fail(said.split("\n")[0]?.slice(0, 300) || "it gave no answer");
  }
}
