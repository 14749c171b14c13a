import type { Command } from "../command.ts";

const pipelineOptions = {
  "<folder or cig.toml>": "where the pipeline is; this folder without it",
  "--provider <name>": "only this one of its outputs; may be given again",
};

const runWords = {
  "<folder or cig.toml>": "where the pipeline is; this folder without it",
  "--provider <name>": "that runs it: github, circleci, buildkite, jenkins",
  "--workflow <id>": "ci without it",
  "--store <address>": "of successes: a folder, https://..., oci://registry/name",
  "--event <name>": "push, pull-request, merge-queue, schedule, manual; usually found",
};

/** `slipway ci`: pipelines and the plugins that render them. */
export const ciCommands: readonly Command[] = [
  {
    name: "ci plan",
    takes: "[<folder or cig.toml>] [options]",
    does: "show what is found, the jobs, and which files would change; writes nothing",
    options: {
      ...pipelineOptions,
      "--diff": "each change as a unified diff",
      "--json": "one object: schema, plugins, detected, graph, diagnostics, files",
    },
    examples: ["slipway ci plan", "slipway ci plan --provider github --diff"],
    doing: "planning",
    load: async () => (await import("./plan.ts")).planPipelineFiles,
  },
  {
    name: "ci render",
    takes: "[<folder or cig.toml>] [options]",
    does: "write the files of the CI systems from cig.toml, all of them or none",
    options: {
      ...pipelineOptions,
      "--check": "write nothing; fail with a diff where a file is not as it would be",
      "--force": "write also what was edited by hand",
      "--json": "one object: schema, files with path and state",
      "exit code 1": "something is wrong, or with --check a file is stale",
    },
    examples: ["slipway ci render", "slipway ci render --check"],
    doing: "rendering",
    load: async () => (await import("./render.ts")).renderPipelineFiles,
  },
  {
    name: "ci validate",
    takes: "[<folder or cig.toml>] [options]",
    does: "tell what is wrong with a pipeline, for its schema, providers and policies",
    options: {
      ...pipelineOptions,
      "--json": "one object: schema, diagnostics",
      "--sarif": "SARIF 2.1.0, for editors and code scanning",
      "exit code 1": "there is an error",
    },
    examples: ["slipway ci validate", "slipway ci validate --sarif > slipway.sarif"],
    doing: "checking",
    load: async () => (await import("./validate.ts")).validatePipeline,
  },
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
  {
    name: "ci import",
    takes: "<file> [--to <cig.toml>] [--print] [--json]",
    does: "write a cig.toml that says what a file of another system says, and tell what it cannot say",
    options: {
      "<file>": "a workflow of GitHub Actions",
      "--to <cig.toml>": "where it is written; the cig.toml of this folder without it",
      "--print": "write nothing; print the text in the place of what it cannot say",
      "--json": "one object: schema, file, text, notes",
      "exit code 1": "the file cannot be read, or the cig.toml is there already",
    },
    examples: ["slipway ci import .github/workflows/ci.yml"],
    doing: "importing",
    load: async () => (await import("./import.ts")).importFile,
  },
  {
    name: "ci plugin test",
    takes: "<program> [--limit <ms>] [--json]",
    does: "try whether a program is a plugin of pipelines, whatever it is written in",
    options: {
      "<program>": "a file that can be run; .ts, .js, .mjs and .cjs by the Node of slipway",
      "--limit <ms>": "for each call; 10000 without it",
      "--json": "one object: schema, plugin, version, checks with name, problem, failure",
      "exit code 1": "a check found something",
    },
    examples: ["slipway ci plugin test ./bin/slipway-plugin-lang-ruby"],
    doing: "trying",
    load: async () => (await import("./plugin-test.ts")).testPlugin,
  },
  {
    name: "ci plugin add",
    takes: "<address> [<folder or cig.toml>] [options]",
    does: "write a plugin into cig.toml, with what it needs into cig.lock",
    options: {
      "<address>":
        "kind/name@constraint, host/kind/name@constraint, host/user/repo//folder@ref, git+https://…@ref, ./folder",
      "--grant <name=capability>": "grant it without being asked; may be given again",
      "--offline": "ask nobody: only what is on this machine",
      "--json": "one object: schema, state, plugin, plugins, differences",
    },
    examples: ["slipway ci plugin add lang/ruby@~1.2", "slipway ci plugin add ./ci/deploy"],
    doing: "adding",
    load: async () => (await import("./plugin-add.ts")).addToPipeline,
  },
  {
    name: "ci sync",
    takes: "[<folder or cig.toml>] [options]",
    does: "resolve and fetch the modules of cig.toml, verify who signed them, write cig.lock",
    options: {
      "--frozen": "write nothing; fail where cig.lock would change",
      "--offline": "ask nobody: what is locked has to be on this machine",
      "--update": "take the highest versions, whatever is locked",
      "--grant <name=capability>": "grant it without being asked; may be given again",
      "--json": "one object: schema, state, plugins, differences",
    },
    examples: ["slipway ci sync", "slipway ci sync --frozen"],
    doing: "syncing",
    load: async () => (await import("./sync.ts")).syncPipeline,
  },
  {
    name: "ci publish",
    takes: "--plugin <folder> [--registry <host>] [--json]",
    does: "sign a module with this machine's key, and send it to a registry under its version",
    options: {
      "--plugin <folder>": "with a module.toml",
      "--registry <host>": "host[:port] with or without a path; else SLIPWAY_MODULE_REGISTRY",
    },
    examples: ["slipway ci publish --plugin ./my-plugin --registry localhost:5055"],
    doing: "publishing",
    load: async () => (await import("./publish.ts")).publishPlugin,
  },
];
