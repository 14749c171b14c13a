import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";

/** A version as `version.sh` prints it and `install.sh` gets it: no blanks, nothing that a shell takes for its own. */
const shape = /^(?=.*\d)[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}$/;

export function isAgentVersion(text: string): boolean {
  return shape.test(text);
}

/** Why what a `version.sh` printed is no version. */
export type PrintedProblem = "nothing-printed" | "several-lines" | "not-a-version";

/** The one line that was printed; blanks around it do not count. */
export function parsePrintedVersion(printed: string): Result<string, PrintedProblem> {
  const line = printed.trim();
  if (line === "") return fail("nothing-printed");
  if (/[\r\n]/.test(line)) return fail("several-lines");
  return isAgentVersion(line) ? ok(line) : fail("not-a-version");
}

export type FoundVersion = {
  readonly version: string;
  /** Where `version.sh` printed it. */
  readonly source: "builder" | "host";
  /** `versionSourceOf` the definition that it is of. */
  readonly definition: Digest;
};
