import type { ImagesFailure } from "@slipway/images";
import type { Text, Texts } from "../text.ts";

type LockReason =
  | `images-lock-${string}`
  | `version-${"unknown" | "interrupted" | "busy"}`
  | `builder-${string}`
  | "bash-absent"
  | "image-reference-missing"
  | "unknown-offline";

export type LockFailure = Extract<ImagesFailure, { readonly reason: LockReason }>;

type VersionUnknown = Extract<ImagesFailure, { readonly reason: "version-unknown" }>;
type Attempt = VersionUnknown["attempts"][number];

/** `describe` has the words of what is behind one of these. */
export function lockTexts(describe: (failure: ImagesFailure) => Text): Texts<LockFailure> {
  return {
    "images-lock-busy": (failure) => ({
      what: "another command is writing the lock of images",
      facts: { lock: failure.file },
      hint: "run the same command again",
    }),
    "images-lock-stale": (failure) => ({
      what: "the lock of images has not all that it should have",
      facts: {
        lock: failure.file,
        ...listed("missing", failure.missing),
        ...listed("of another definition", failure.stale),
      },
      hint: failure.command,
    }),
    "images-lock-incomplete": (failure) => ({
      what: `${failure.unknown.length} of the lock of images could not be found out`,
      facts: {
        ...Object.fromEntries(
          failure.unknown.map(({ entry, because }) => [entry, inShort(describe(because))]),
        ),
        lock: failure.file,
      },
      hint: "that of the others is not held up by it; run the same command again once it is mended",
    }),
    "image-reference-missing": (failure) => ({
      what: `the registry has no ${failure.reference}`,
      facts: {},
    }),
    "unknown-offline": () => ({ what: "it takes a request, and --offline makes none", facts: {} }),
    "version-unknown": (failure) => ({
      what: `version.sh of ${failure.agent} printed no version`,
      facts: {
        file: failure.file,
        ...Object.fromEntries(
          failure.attempts.map((attempt) => [placeOf[attempt.where], saidOf(attempt, describe)]),
        ),
      },
      hint: "it prints one line, the version, and nothing else",
    }),
    "version-interrupted": (failure) => ({
      what: `stopped while the version of ${failure.agent} was asked for`,
      facts: {},
    }),
    "version-busy": (failure) => ({
      what: `another command has been asking for the version of ${failure.agent} for long`,
      facts: { "limit in seconds": failure.timeoutMs / 1000 },
      hint: "run the same command again once that one has ended",
    }),
    "builder-absent": (failure) => ({
      what: `no base that ${failure.agent} goes on is built here`,
      facts: listed("bases", failure.bases),
      hint: "build one of them, or name a builder image in nx.json",
    }),
    "builder-unlocked": (failure) => ({
      what: `nobody has said which content the builder image ${failure.reference} has`,
      facts: {},
      hint: "slipway agent lock",
    }),
    "bash-absent": () => ({ what: "there is no bash on this machine", facts: {} }),
  };
}

const placeOf: Readonly<Record<Attempt["where"], string>> = {
  builder: "in the builder image",
  host: "on this machine",
};

function saidOf(attempt: Attempt, describe: (failure: ImagesFailure) => Text): string {
  switch (attempt.problem) {
    case "unavailable":
      return inShort(describe(attempt.because));
    case "timed-out":
      return `no end within ${attempt.timeoutMs / 1000} seconds`;
    case "exited":
      return withPrinted(`exit code ${attempt.exitCode}`, attempt.printed);
    case "nothing-printed":
      return "it printed nothing";
    case "several-lines":
      return withPrinted("it printed several lines", attempt.printed);
    case "not-a-version":
      return withPrinted("it printed what is no version", attempt.printed);
    case "too-much-printed":
      return withPrinted("it printed too much", attempt.printed);
  }
}

function withPrinted(what: string, printed: string): string {
  return printed === "" ? what : `${what}:\n${printed}`;
}

/** What happened, and each fact on a line of its own. */
function inShort({ what, facts }: Text): string {
  return [what, ...Object.entries(facts).map(([name, value]) => `${name}: ${value}`)].join("\n");
}

function listed(name: string, names: readonly string[]): Text["facts"] {
  return names.length === 0 ? {} : { [name]: names.join("\n") };
}
