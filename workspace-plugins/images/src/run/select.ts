import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { BaseChoice, Choices, ExtendedChoice } from "./choices.ts";
import type { RunFailure } from "./run-failure.ts";

/** Which image of an agent is started. */
export type Selection = {
  readonly base: string;
  readonly extensions: readonly string[];
  /** The extended image that was chosen by its name. */
  readonly extended?: string;
};

/** What was said on the command line. */
export type Asked = {
  readonly base?: string;
  /** An empty list: none, whatever is remembered. */
  readonly extensions?: readonly string[];
  readonly image?: string;
};

export type Remembered = {
  readonly base?: string | undefined;
  readonly extensions?: readonly string[] | undefined;
  readonly imageReference?: string | undefined;
};

/** A selection, or what has to be asked for one. `notes`: what is no longer as it was remembered. */
export type Selected =
  | { readonly state: "selected"; readonly selection: Selection; readonly notes: readonly string[] }
  | { readonly state: "base-open"; readonly notes: readonly string[] }
  | { readonly state: "extensions-open"; readonly base: string; readonly notes: readonly string[] };

/** What is asked for comes first, then what is remembered. What has only one answer is no question. */
export function selectImage(
  choices: Choices,
  asked: Asked,
  remembered: Remembered,
): Result<Selected, RunFailure> {
  const { image, base } = asked;
  if (image !== undefined) return selectExtended(choices, image);
  const unknown = (asked.extensions ?? []).filter((name) => !isOffered(choices.extensions, name));
  if (unknown.length > 0) return fail(extensionsUnknown(choices, unknown));
  if (base !== undefined && !isOffered(choices.bases, base)) {
    return fail(baseRefused(choices, base));
  }
  if (base !== undefined) {
    // Flags are for scripts too: what they leave out is what is remembered, else nothing.
    return ok(withExtensions(choices, base, asked.extensions ?? remembered.extensions ?? []));
  }
  return ok(
    remembered.base === undefined
      ? selectFirst(choices, asked)
      : selectRemembered(choices, asked, remembered.base, remembered),
  );
}

/** `host`: ID and the words of ID_LIKE in os-release. Else ubuntu, else the first. */
export function defaultBase(
  bases: readonly BaseChoice[],
  host: readonly string[],
): BaseChoice | undefined {
  for (const id of [...host, "ubuntu"]) {
    const found = bases.find(({ name }) => name === id);
    if (found !== undefined) return found;
  }
  return bases[0];
}

/** The words of os-release(5) that say which distribution it is, the nearest first. */
export function distributionsOf(osRelease: string): readonly string[] {
  const values = new Map(
    osRelease.split("\n").flatMap((line) => {
      const found = /^(ID|ID_LIKE)=["']?([^"']*)["']?\s*$/.exec(line);
      return found?.[1] === undefined ? [] : [[found[1], found[2] ?? ""] as const];
    }),
  );
  const words = `${values.get("ID") ?? ""} ${values.get("ID_LIKE") ?? ""}`.toLowerCase();
  return words.split(/\s+/).filter((word) => word !== "");
}

/** Why an agent is not started on a base that is not among its bases. */
export function baseRefused(
  { agent, bases, otherBases }: Choices,
  base: string,
): Extract<RunFailure, { readonly reason: "base-not-for-agent" }> {
  const obstacle = otherBases.find(({ name }) => name === base)?.obstacle;
  const why = obstacle === undefined ? {} : { obstacle };
  return { reason: "base-not-for-agent", agent, base, ...why, known: namesOf(bases) };
}

export function selectionOf({ name, base, extensions }: ExtendedChoice): Selection {
  return { base, extensions, extended: name };
}

function selectExtended(choices: Choices, name: string): Result<Selected, RunFailure> {
  const found = choices.extendedImages.find((one) => one.name === name);
  if (found !== undefined) {
    return ok({ state: "selected", selection: selectionOf(found), notes: [] });
  }
  const known = namesOf(choices.extendedImages);
  return fail({ reason: "extended-image-unknown", agent: choices.agent, name, known });
}

function selectFirst(choices: Choices, asked: Asked): Selected {
  const [only, ...more] = choices.bases;
  if (only === undefined || more.length > 0 || choices.extendedImages.length > 0) {
    return { state: "base-open", notes: [] };
  }
  const extensions = asked.extensions ?? (choices.extensions.length === 0 ? [] : undefined);
  return extensions === undefined
    ? { state: "extensions-open", base: only.name, notes: [] }
    : withExtensions(choices, only.name, extensions);
}

function selectRemembered(
  choices: Choices,
  asked: Asked,
  base: string,
  remembered: Remembered,
): Selected {
  if (!isOffered(choices.bases, base)) {
    return { state: "base-open", notes: [`the base ${base} is no longer one for the agent`] };
  }
  const named = choices.extendedImages.find(
    (one) => one.base === base && one.reference === remembered.imageReference,
  );
  if (named !== undefined && asked.extensions === undefined) {
    return { state: "selected", selection: selectionOf(named), notes: [] };
  }
  return withExtensions(choices, base, asked.extensions ?? remembered.extensions ?? []);
}

function withExtensions(choices: Choices, base: string, names: readonly string[]): Selected {
  const gone = names.filter((name) => !isOffered(choices.extensions, name));
  if (gone.length > 0) {
    const notes = gone.map((name) => `the extension ${name} is no longer there`);
    return { state: "extensions-open", base, notes };
  }
  const extensions = inOrder(choices, names);
  return { state: "selected", selection: { base, extensions }, notes: [] };
}

/** Each once, in the order in which they go on an image, whatever order they were named in. */
export function inOrder(choices: Choices, names: readonly string[]): readonly string[] {
  return namesOf(choices.extensions).filter((name) => names.includes(name));
}

function isOffered(offered: readonly { readonly name: string }[], name: string): boolean {
  return offered.some((one) => one.name === name);
}

export function namesOf(offered: readonly { readonly name: string }[]): readonly string[] {
  return offered.map(({ name }) => name);
}

function extensionsUnknown(choices: Choices, names: readonly string[]): RunFailure {
  return { reason: "extensions-unknown", names, known: namesOf(choices.extensions) };
}
