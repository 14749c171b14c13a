import type { PipelinesFailure } from "@slipway/pipelines";
import type { Texts } from "../text.ts";

type OwnFailure = Extract<PipelinesFailure, { readonly reason: `plugin-${string}` }>;

export const pipelinesPluginsTexts: Texts<OwnFailure> = {
  "plugin-not-started": ({ plugin, program, detail, log }) => ({
    what: `the plugin ${plugin} cannot be started`,
    facts: { program, detail, ...logged(log) },
    hint: "see that the file is there and may be run",
  }),
  "plugin-ended": ({ plugin, during, code, signal, log }) => ({
    what: `the plugin ${plugin} ended during ${during}`,
    facts: { ...(signal === undefined ? { code: code ?? "none" } : { signal }), ...logged(log) },
    hint: "its log says why, if it says anything",
  }),
  "plugin-output-stray": ({ plugin, during, text, log }) => ({
    what: `the plugin ${plugin} wrote to standard output, which belongs to the protocol`,
    facts: { during, wrote: text, ...logged(log) },
    hint: "make it write its log to standard error",
  }),
  "plugin-late": ({ plugin, during, limitMs, log }) => ({
    what: `the plugin ${plugin} did not answer ${during} in time`,
    facts: { "limit in ms": limitMs, ...logged(log) },
    hint: "its log says what it was at, if it says anything",
  }),
  "plugin-call-stopped": ({ plugin, during, log }) => ({
    what: `stopped while the plugin ${plugin} was at ${during}`,
    facts: logged(log),
    hint: "run the same command again",
  }),
  "plugin-message-too-large": ({ plugin, during, what, sizeBytes, limitBytes, log }) => ({
    what: `the ${what} of ${during} is larger than a plugin may be sent or send`,
    facts: { plugin, bytes: sizeBytes, "limit in bytes": limitBytes, ...logged(log) },
    hint: "a pipeline of this size is more likely a fault of the plugin than one of yours",
  }),
  "plugin-answer-broken": ({ plugin, during, detail, log }) => ({
    what: `the plugin ${plugin} did not answer ${during} as gRPC has it`,
    facts: { detail, ...logged(log) },
    hint: "slipway ci plugin test says what it does wrong",
  }),
  "plugin-call-failed": ({ plugin, during, status, message, log }) => ({
    what: `the plugin ${plugin} failed at ${during}: ${message}`,
    facts: { "status of gRPC": status, ...logged(log) },
    hint: "its log says more, if it says anything",
  }),
  "plugin-protocol-unknown": ({ plugin, ours, theirs, log }) => ({
    what: `the plugin ${plugin} speaks no protocol that slipway speaks`,
    facts: { slipway: ours.join(" to "), plugin: theirs.join(" to "), ...logged(log) },
    hint: "take another version of the plugin or of slipway",
  }),
  "plugin-info-invalid": ({ plugin, problems, log }) => ({
    what: `what the plugin ${plugin} says about itself cannot be`,
    facts: { problems: problems.join("\n"), ...logged(log) },
    hint: "correct the plugin",
  }),
  "plugin-not-found": ({ plugin, lookedIn, known }) => ({
    what: `there is no plugin ${plugin}`,
    facts: { "looked in": lookedIn.join("\n"), "there are": known.join(", ") || "none" },
    hint: "correct its name in cig.toml, or add it: slipway ci plugin add",
  }),
  "plugin-not-locked": ({ plugin, source }) => ({
    what: `cig.lock has no version of the plugin ${plugin}`,
    facts: { "cig.toml asks for": source },
    hint: "slipway ci sync",
  }),
  "plugin-source-invalid": ({ plugin, source, problem }) => ({
    what: `the source of the plugin ${plugin} in cig.toml is no folder of a plugin`,
    facts: { source, problem },
    hint: "write a folder of this repository as ./folder; it has a module.toml",
  }),
  "plugin-manifest-invalid": ({ plugin, file, problem }) => ({
    what: `the plugin ${plugin} cannot be started as its manifest says`,
    facts: { file, problem },
    hint: "correct the manifest",
  }),
  "plugin-capability-refused": ({ plugin, capability }) => ({
    what: `the plugin ${plugin} asks for ${capability}, which nobody granted`,
    facts: {},
    hint: `if you trust it with that: slipway ci sync --grant ${plugin}=${capability}`,
  }),
  "plugin-facts-differ": ({ fact, given }) => ({
    what: `plugins do not agree on ${fact}`,
    facts: Object.fromEntries(given.map(({ plugin, value }) => [plugin, value])),
    hint: "take one of them out of cig.toml, or make the files that they read agree",
  }),
  "plugin-name-other": ({ plugin, name, log }) => ({
    what: `what was found as the plugin ${plugin} calls itself ${name}`,
    facts: logged(log),
    hint: `put it where ${name} belongs, or name it so in cig.toml`,
  }),
  "plugin-requirement-missing": ({ plugin, requires, outputs }) => ({
    what: `the plugin ${plugin} needs another one with the capability ${requires}`,
    facts: { "for the output": outputs.join("\n") },
    hint: `name a plugin that has ${requires} under [plugins] in cig.toml, or take ${plugin} out`,
  }),
  "plugin-conflict": ({ plugin, other, capability, outputs }) => ({
    what: `the plugins ${plugin} and ${other} cannot both work on one output`,
    facts: { output: outputs.join("\n"), capability: `${capability} of ${other}` },
    hint: `take one of them out of cig.toml, or give them outputs of their own`,
  }),
  "plugin-provider-missing": ({ provider, outputs, known }) => ({
    what: `there is no plugin that renders for ${provider}`,
    facts: { output: outputs.join("\n"), providers: known.join(", ") || "none" },
    hint: `correct the provider under [[outputs]] in cig.toml, or add a plugin with the capability provider:${provider}`,
  }),
};

function logged(log: readonly string[]): Readonly<Record<string, string>> {
  return log.length === 0 ? {} : { "last of its log": log.join("\n") };
}
