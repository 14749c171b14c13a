import type { RunFailure } from "@slipway/images";
import type { Text, Texts } from "../text.ts";

const becauseOf = {
  base_exclude: "base_exclude of its definition names the base",
  base_distro_exclude: "base_distro_exclude of its definition names the distribution of the base",
  architecture: "the base is not for processors of this machine",
} as const;

export const runTexts: Texts<RunFailure> = {
  "agent-unknown": (failure) => ({
    what: `there is no agent ${failure.agent}`,
    facts: { agents: listed(failure.known) },
    hint: "slipway agent list tells what each is",
  }),
  "no-base-for-agent": (failure) => ({
    what: `there is no base that ${failure.agent} goes on`,
    facts: {},
    hint: "slipway agent list tells of each base why not",
  }),
  "base-not-for-agent": (failure) => ({
    what: `${failure.agent} does not go on a base ${failure.base}`,
    facts: {
      ...(failure.obstacle === undefined ? {} : { because: becauseOf[failure.obstacle] }),
      bases: listed(failure.known),
    },
  }),
  "extensions-unknown": (failure) => ({
    what: `there is no extension ${failure.names.join(", ")}`,
    facts: { extensions: listed(failure.known) },
  }),
  "extended-image-unknown": (failure) => ({
    what: `there is no extended image ${failure.name} of ${failure.agent}`,
    facts: { "extended images": listed(failure.known) },
  }),
  "extended-image-name-invalid": (failure) => ({
    what: `${failure.name} is no name for an extended image`,
    facts: {},
    hint: "at most 60 lower-case letters and digits, with single . _ or - between them",
  }),
  "extended-image-taken": (failure) => ({
    what: `${failure.name} is the name of another extended image`,
    facts: { file: failure.file },
  }),
  "choice-open": (failure) => ({ ...openChoice(failure), hint: hintOf[failure.of] }),
  "nothing-chosen": () => ({ what: "nothing was chosen", facts: {} }),
  "mount-refused": (failure) => mountRefused[failure.because](failure.path),
  "mount-led-out": (failure) => ({
    what: `${failure.path} is not mounted: a link leads out of a folder that the agent writes`,
    facts: { "leads to": failure.source },
    hint: "the agent may have put the link there; what it leads to can be shared by its own name",
  }),
  "share-missing": (failure) => ({
    what: `${failure.path} cannot be shared: it is not there`,
    facts: {},
  }),
  "container-argument-unknown": (failure) => ({
    what: "an argument for the container is not known",
    facts: { argument: failure.problem },
    hint: "known are --env, --publish, --network, --add-host, --hostname, --memory, --cpus, --pids-limit; folders are mounted by --share",
  }),
  "memory-busy": (failure) => ({
    what: "another slipway is writing what is remembered of projects",
    facts: { lock: failure.file },
    hint: "run the same command again",
  }),
  "memory-absent": (failure) => ({
    what: `nothing is remembered of ${failure.agent ?? "any agent"} here`,
    facts: { project: failure.project },
  }),
};

type OpenChoice = Extract<RunFailure, { readonly reason: "choice-open" }>;

function openChoice({ agent, of, notes, known }: OpenChoice): Omit<Text, "hint"> {
  const what = {
    base: `which base ${agent} is started on is not said, and there is no terminal to ask at`,
    extensions: `which extensions ${agent} is started with has to be said${notes.length === 0 ? "" : " again"}, and there is no terminal to ask at`,
    shares: `${agent} would be given more of this machine, and there is no terminal to ask at`,
  };
  return {
    what: what[of],
    facts: {
      ...(notes.length === 0 ? {} : { because: notes.join("; ") }),
      [of]: listed(known),
    },
  };
}

const hintOf: Readonly<Record<OpenChoice["of"], string>> = {
  base: "say it with --base, or take the usual one with --yes",
  extensions: "say them with --extension, or none with --no-extensions",
  shares: "agree with --yes, or leave the extension out",
};

type Refused = Extract<RunFailure, { readonly reason: "mount-refused" }>;

const mountRefused: Readonly<Record<Refused["because"], (path: string) => Text>> = {
  home: (path) => ({
    what: `${path} is the home folder, or holds it: the agent would have all that is yours`,
    facts: {},
    hint: "start the agent in a folder of its own, and share folders below home",
  }),
  system: (path) => ({
    what: `${path} is the system's: mounted over the image's own, nothing would start`,
    facts: {},
    hint: "share a folder below it",
  }),
  guarded: (path) => ({
    what: `the agent's definition wants ${path}, where keys, settings of ours or sockets are`,
    facts: {},
    hint: "take it out of agent_path; what you want to give it, give it by --mount or --share",
  }),
};

function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}
