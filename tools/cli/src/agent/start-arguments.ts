import type { OptionalMount } from "@slipway/images";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { readArguments } from "../arguments.ts";
import type { ArgumentsFailure } from "../arguments.ts";

const options = {
  base: { type: "string" },
  extension: { type: "string", multiple: true },
  "no-extensions": { type: "boolean" },
  image: { type: "string" },
  save: { type: "string" },
  share: { type: "string", multiple: true },
  env: { type: "string", multiple: true },
  docker: { type: "boolean" },
  mount: { type: "string", multiple: true },
  "no-mount": { type: "string", multiple: true },
  "docker-arg": { type: "string", multiple: true },
  "dry-run": { type: "boolean" },
  offline: { type: "boolean" },
  update: { type: "boolean" },
  frozen: { type: "boolean" },
  rebuild: { type: "boolean" },
  yes: { type: "boolean", short: "y" },
  json: { type: "boolean" },
} as const;

const optional: readonly OptionalMount[] = ["gitconfig", "gitroot", "gnupg", "ssh", "docker"];

/** What of a call to start an agent is for us, and what for the agent. */
export type StartArguments = {
  readonly agent: string;
  /** For the agent. */
  readonly words: readonly string[];
  readonly base?: string;
  readonly extensions?: readonly string[];
  readonly image?: string;
  readonly saveAs: string | undefined;
  readonly mounts: Partial<Readonly<Record<OptionalMount, boolean>>>;
  readonly shares: readonly string[];
  readonly variables: readonly string[];
  readonly containerArguments: readonly string[] | undefined;
  readonly isDryRun: boolean;
  readonly isOffline: boolean;
  /** What is newer, of what the user has defined, is locked first. */
  readonly isUpdate: boolean;
  readonly isFrozen: boolean;
  readonly isRebuild: boolean;
  readonly takesUsual: boolean;
  readonly json: boolean;
};

/**
 * `[options] <agent> [options] [--] [<words for the agent>]`: from the second word on, or after `--`, all is the agent's.
 * An option that is none of ours is refused before that, since it may be one of ours with a slip of the pen.
 */
export function readStartArguments(
  args: readonly string[],
): Result<StartArguments, ArgumentsFailure> {
  const { own, words } = splitAtAgent(args);
  const read = readArguments(own, { options, words: [1, 1] });
  if (!read.ok) {
    const problem = read.failure.problem;
    return invalid(
      problem.startsWith("Unknown option")
        ? `${problem}; what is for the agent goes after --`
        : problem,
    );
  }
  const given = read.value.options;
  const [agent = ""] = read.value.words;
  const { base, image, extension, "no-extensions": none = false } = given;
  if (image !== undefined && (base !== undefined || extension !== undefined || none)) {
    return invalid("--image is a base with its extensions: no --base or --extension beside it");
  }
  const { save: saveAs } = given;
  if (saveAs !== undefined && image !== undefined) {
    return invalid("--image has a name already: no --save beside it");
  }
  if (none && extension !== undefined) return invalid("--no-extensions and --extension");
  const mounts = readMounts(given);
  if (!mounts.ok) return mounts;
  const json = given.json ?? false;
  const isDryRun = given["dry-run"] ?? false;
  if (json && !isDryRun)
    return invalid("--json is for --dry-run: what the agent writes is its own");
  const { offline: isOffline = false, rebuild: isRebuild = false } = given;
  if (isOffline && isRebuild) return invalid("--offline builds nothing: no --rebuild beside it");
  const { update: isUpdate = false, frozen: isFrozen = false } = given;
  if (isUpdate && (isOffline || isFrozen)) {
    return invalid("--update asks what is newer: no --offline or --frozen beside it");
  }
  const extensions = none ? [] : extension;
  return ok({
    agent,
    words,
    ...(base === undefined ? {} : { base }),
    ...(image === undefined ? {} : { image }),
    ...(extensions === undefined ? {} : { extensions }),
    saveAs,
    mounts: mounts.value,
    shares: given.share ?? [],
    variables: given.env ?? [],
    containerArguments: given["docker-arg"],
    isDryRun,
    isOffline,
    isUpdate,
    isFrozen,
    isRebuild,
    takesUsual: given.yes ?? false,
    json,
  });
}

type Split = { readonly own: readonly string[]; readonly words: readonly string[] };

function splitAtAgent(args: readonly string[]): Split {
  let seen = 0;
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? "";
    if (word === "--") return { own: args.slice(0, at), words: args.slice(at + 1) };
    if (takesValue(word)) at += 1;
    else if (!word.startsWith("-")) seen += 1;
    if (seen === 2) return { own: args.slice(0, at), words: args.slice(at) };
  }
  return { own: args, words: [] };
}

/** Whether the next word is this option's value. */
function takesValue(word: string): boolean {
  return Object.entries(options).some(
    ([name, { type }]) => type === "string" && word === `--${name}`,
  );
}

function readMounts(given: {
  readonly docker?: boolean | undefined;
  readonly mount?: readonly string[] | undefined;
  readonly "no-mount"?: readonly string[] | undefined;
}): Result<StartArguments["mounts"], ArgumentsFailure> {
  const mounts: Partial<Record<OptionalMount, boolean>> = {};
  const said = [
    ...(given.docker === true ? [["docker", true] as const] : []),
    ...(given.mount ?? []).map((name) => [name, true] as const),
    ...(given["no-mount"] ?? []).map((name) => [name, false] as const),
  ];
  for (const [name, isOn] of said) {
    const known = optional.find((one) => one === name);
    if (known === undefined) return invalid(`--mount ${name}: known are ${optional.join(", ")}`);
    if (mounts[known] !== undefined && mounts[known] !== isOn) {
      return invalid(`${name} is both mounted and not`);
    }
    mounts[known] = isOn;
  }
  return ok(mounts);
}

function invalid(problem: string): Result<never, ArgumentsFailure> {
  return fail({ reason: "arguments-invalid", problem });
}
