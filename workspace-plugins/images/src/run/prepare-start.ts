import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Catalogue } from "../catalogue/entry.ts";
import { findEndpoint } from "../endpoint.ts";
import type { ImagesFailure } from "../failure.ts";
import { listGitSettings } from "../host-commands.ts";
import { agentReference, extendedReference } from "../names.ts";
import type { Choices } from "./choices.ts";
import { checkAsked, choicesOf } from "./choices-of.ts";
import { chooseImage } from "./choose.ts";
import type { Asker, Chosen } from "./choose.ts";
import { joinRemembered, parseContainerArguments, splitRemembered } from "./container-arguments.ts";
import type { ContainerArguments } from "./container-arguments.ts";
import { decideMounts } from "./decide-mounts.ts";
import type { MountDecision, MountQuestion } from "./decide-mounts.ts";
import { findMounts } from "./find-mounts.ts";
import type { FoundMounts, MountWish } from "./find-mounts.ts";
import { keysNeeded, parseGitSettings } from "./git-settings.ts";
import type { Host } from "./host.ts";
import { parseShare } from "./mounts.ts";
import { askForName, isNamed, nameSelection } from "./name-selection.ts";
import type { NamedSelection } from "./name-selection.ts";
import type { RunFailure } from "./run-failure.ts";
import { agentMemory, readMemory } from "./project-memory.ts";
import type { AgentMemory, MemoryPlace } from "./project-memory.ts";
import type { Asked, Selection } from "./select.ts";

/** What a person says of a start; the rest is remembered, asked or usual. */
export type StartRequest = {
  readonly agent: string;
  /** The folder it is started in, with all links followed. */
  readonly project: string;
  readonly asked: Asked;
  readonly mounts: MountQuestion["asked"];
  /** `<path>[:ro]`, beside those that are remembered. */
  readonly shares: readonly string[];
  /** `NAME` or `NAME=value`, for this start alone. */
  readonly variables: readonly string[];
  /** In place of those that are remembered. */
  readonly containerArguments: readonly string[] | undefined;
  readonly takesUsual: boolean;
  /** What was chosen becomes an extended image of this name. */
  readonly saveAs: string | undefined;
};

export type StartWorld = {
  readonly catalogue: Catalogue;
  readonly host: Host;
  readonly memory: MemoryPlace;
  readonly asker: Asker | undefined;
  readonly signal: AbortSignal;
};

/** All that is decided before an engine is asked for anything. */
export type PreparedStart = {
  readonly agent: string;
  readonly project: string;
  readonly selection: Selection;
  /** The definition that is to be written of it. */
  readonly saved: NamedSelection | undefined;
  /** What the engine calls the image. */
  readonly reference: string;
  readonly found: FoundMounts;
  readonly container: ContainerArguments;
  readonly notes: readonly string[];
  /** What is to be remembered of the start. */
  readonly keys: Readonly<Record<string, unknown>>;
};

/** Chooses the image and what of the host it gets. Nothing is changed, built or created. */
export async function prepareStart(
  request: StartRequest,
  world: StartWorld,
): Promise<Result<PreparedStart, ImagesFailure>> {
  const { agent, project } = request;
  const { catalogue, host } = world;
  const choices = choicesOf(catalogue, agent, host.architecture);
  if (!choices.ok) return choices;
  const sound = checkAsked(catalogue, request.asked);
  if (!sound.ok) return sound;
  const read = await readMemory(world.memory, project);
  if (!read.ok) return read;
  const memory = agentMemory(read.value, agent);
  const container = containerOf(request, memory);
  if (!container.ok) return container;
  const remembered = {
    base: memory.base,
    extensions: memory.extensions,
    imageReference: memory.image_ref,
  };
  const { asker } = world;
  const { takesUsual } = request;
  const chosen = await chooseImage(
    choices.value,
    { asked: request.asked, remembered },
    { asker, takesUsual, host: host.distributions },
  );
  if (!chosen.ok) return chosen;
  const named = await nameChosen(request, world, chosen.value);
  if (!named.ok) return named;
  const saved = named.value;
  const selection = {
    ...chosen.value.selection,
    ...(saved === undefined ? {} : { extended: saved.entry.name }),
  };
  const settings = await listGitSettings(project, world.signal);
  const decided = await decideMounts({
    choices: choices.value,
    extensions: selection.extensions,
    asked: request.mounts,
    remembered: memory,
    needed: keysNeeded(parseGitSettings(settings)),
    asker,
    takesUsual,
  });
  if (!decided.ok) return decided;
  const asked = sharesOf(request, host);
  const shares = [...new Set([...(memory.shares ?? []), ...asked])];
  const found = await findStartMounts(request, world, {
    choices: choices.value,
    selection,
    decided: decided.value,
    shares: shares.map((text) => ({
      ...parseShare(text, { folder: project, home: host.home.named }),
      isRemembered: !asked.includes(text),
    })),
  });
  if (!found.ok) return found;
  const reference = referenceOf(choices.value, selection);
  return ok({
    agent,
    project,
    selection,
    saved,
    reference,
    found: found.value,
    container: container.value.arguments,
    notes: [...chosen.value.notes, ...decided.value.notes, ...found.value.notes],
    keys: keysOf(memory, {
      choices: choices.value,
      selection,
      reference,
      decided: decided.value,
      shares,
      words: container.value.words,
    }),
  });
}

/** What a start is by its names, for people: `codex on debian with act`. */
export function startTitle({
  agent,
  selection,
}: Pick<PreparedStart, "agent" | "selection">): string {
  const { base, extensions } = selection;
  return `${agent} on ${base}${extensions.length === 0 ? "" : ` with ${extensions.join(", ")}`}`;
}

/** By `--save`, or by an answer after extensions were chosen. */
async function nameChosen(
  { agent, saveAs }: StartRequest,
  { catalogue, host, asker }: StartWorld,
  { selection, isPicked }: Chosen,
): Promise<Result<NamedSelection | undefined, ImagesFailure>> {
  const nameIt = async (name: string): Promise<Result<NamedSelection, RunFailure>> =>
    nameSelection(name, { agent, selection }, { catalogue, home: host.home.named });
  if (saveAs !== undefined) return nameIt(saveAs);
  const isAsked = isPicked && !isNamed({ agent, selection }, catalogue);
  return isAsked && asker !== undefined ? askForName(asker, nameIt) : ok(undefined);
}

function referenceOf({ agent, extendedImages }: Choices, selection: Selection): string {
  const { base, extensions, extended } = selection;
  const named = extendedImages.find(({ name }) => name === extended);
  if (named !== undefined) return named.reference;
  return extensions.length === 0 && extended === undefined
    ? agentReference(agent, base)
    : extendedReference(agent, base, extensions);
}

type StartContainer = {
  readonly words: readonly string[] | undefined;
  readonly arguments: ContainerArguments;
};

function containerOf(
  request: StartRequest,
  memory: AgentMemory,
): Result<StartContainer, ImagesFailure> {
  const { docker_args: text } = memory;
  const words = request.containerArguments;
  const remembered = text === undefined || words !== undefined ? ok([]) : splitRemembered(text);
  if (!remembered.ok) return remembered;
  const parsed = parseContainerArguments(words ?? remembered.value);
  if (!parsed.ok) return parsed;
  const variables = [...parsed.value.variables, ...request.variables];
  return ok({ words, arguments: { ...parsed.value, variables } });
}

/** Absolute, since they are remembered. */
function sharesOf({ shares, project }: StartRequest, host: Host): readonly string[] {
  return shares.map((text) => {
    const share = parseShare(text, { folder: project, home: host.home.named });
    return `${share.path}${share.isReadOnly ? ":ro" : ""}`;
  });
}

async function findStartMounts(
  { project }: StartRequest,
  { host }: StartWorld,
  of: {
    readonly choices: Choices;
    readonly selection: Selection;
    readonly decided: MountDecision;
    readonly shares: MountWish["shares"];
  },
): Promise<Result<FoundMounts, ImagesFailure>> {
  const { mounts, extensionMounts } = of.decided;
  const endpoint = mounts.docker ? await findEndpoint(undefined, host.variables) : undefined;
  if (endpoint?.ok === false) return endpoint;
  const socket = endpoint?.value.kind === "socket" ? endpoint.value.socketPath : undefined;
  const found = await findMounts({
    project,
    home: host.home,
    guarded: host.guarded,
    agentPath: of.choices.agentPath,
    gitConfig: mounts.gitconfig ? host.gitConfig : [],
    withGitRoot: mounts.gitroot,
    gnupg: mounts.gnupg ? host.gnupg : undefined,
    ssh: mounts.ssh ? host.ssh : [],
    dockerSocket: socket,
    extensionShares: of.choices.extensions
      .filter(({ name }) => extensionMounts[name] === true)
      .flatMap((extension) => extension.shares),
    shares: of.shares,
  });
  if (!found.ok || !mounts.docker || socket !== undefined) return found;
  const note = "the engine listens at no socket of this machine, so there is none to mount";
  return ok({ ...found.value, notes: [...found.value.notes, note] });
}

/** Only what is no longer as it was: what another client has written of the same choice stays. */
function keysOf(
  memory: AgentMemory,
  start: {
    readonly choices: Choices;
    readonly selection: Selection;
    readonly reference: string;
    readonly decided: MountDecision;
    readonly shares: readonly string[];
    readonly words: readonly string[] | undefined;
  },
): Readonly<Record<string, unknown>> {
  const { choices, selection, decided, shares, words } = start;
  const agreed = choices.extensions
    .filter(({ name }) => decided.extensionMounts[name] === true)
    .map((extension) => [extension.name, extension.shares] as const);
  const isSame =
    memory.base === selection.base &&
    isEqual(memory.extensions ?? [], selection.extensions) &&
    selection.extended === undefined;
  return {
    ...(isSame
      ? {}
      : {
          base: selection.base,
          extensions: selection.extensions,
          image_ref: start.reference,
        }),
    shares,
    extension_mounts: { ...memory.extension_mounts, ...decided.extensionMounts },
    extension_shares: { ...memory.extension_shares, ...Object.fromEntries(agreed) },
    mounts: { ...memory.mounts, ...decided.said },
    ...(words === undefined ? {} : { docker_args: joinRemembered(words) }),
  };
}

function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}
