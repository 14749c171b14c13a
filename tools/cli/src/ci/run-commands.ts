import type { Command } from "../command.ts";

const runWords = {
  "<folder or cig.toml>": "where the pipeline is; this folder without it",
  "--provider <name>": "that runs it: github, circleci, buildkite, jenkins",
  "--workflow <id>": "ci without it",
  "--store <address>": "of successes: a folder, https://..., oci://registry/name",
  "--event <name>": "push, pull-request, merge-queue, schedule, manual; usually found",
};

/** What a run of a provider calls. */
export const runCommands: readonly Command[] = [
  {
    name: "ci compute-signatures",
    takes: "--provider <name> [<folder>] [options]",
    does: "tell a run which jobs need not run, by their work signatures",
    options: {
      ...runWords,
      "--file <path>": "of circleci and buildkite: what is rendered, and answered without them",
      "--force": "all run; as with SLIPWAY_FORCE in the environment",
      "--json": "one object: schema, jobs with run and reason",
    },
    examples: ["slipway ci compute-signatures --provider github --workflow ci"],
    doing: "signing",
    load: async () => (await import("./compute-signatures.ts")).computeSignatures,
  },
  {
    name: "ci record-success",
    takes: "--provider <name> --job <id> [options]",
    does: "put the success of a job on record, by its work signature",
    options: {
      ...runWords,
      "--job <id>": "which ended well; may be given again; or SLIPWAY_RESULTS says it",
      "--json": "one object: schema, recorded",
    },
    examples: ["slipway ci record-success --provider jenkins --job test"],
    doing: "recording",
    load: async () => (await import("./record-success.ts")).recordSuccess,
  },
];
