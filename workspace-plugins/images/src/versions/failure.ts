import type { PrintedProblem } from "./agent-version.ts";

/** What a place to run `version.sh` at came to instead of a version; `because` is why it could not be run there. */
export type VersionAttempt<Because> = { readonly where: "builder" | "host" } & (
  | { readonly problem: PrintedProblem | "too-much-printed"; readonly printed: string }
  | { readonly problem: "exited"; readonly exitCode: number; readonly printed: string }
  | { readonly problem: "timed-out"; readonly timeoutMs: number }
  | { readonly problem: "unavailable"; readonly because: Because }
);

/** What keeps a version from being asked for. */
export type VersionFailure =
  | { readonly reason: "version-interrupted"; readonly agent: string }
  /** Another command asks for the same version, and does not come to an end. */
  | { readonly reason: "version-busy"; readonly agent: string; readonly timeoutMs: number }
  /** No image to run it in: none of the bases that it goes on is built here. */
  | { readonly reason: "builder-absent"; readonly agent: string; readonly bases: readonly string[] }
  /** The builder image is named, and nobody has said which content that is. */
  | { readonly reason: "builder-unlocked"; readonly reference: string }
  | { readonly reason: "bash-absent" };
