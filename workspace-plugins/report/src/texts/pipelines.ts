import type { PipelinesFailure } from "@slipway/pipelines";
import type { PipelineCause } from "@slipway/pipelines/planned-files";
import type { ModulesCause } from "@slipway/pipelines/sync";
import type { Causes, Texts } from "../text.ts";
import { pipelinesModulesTexts, placedFacts } from "./pipelines-modules.ts";
import { pipelinesOutputTexts } from "./pipelines-output.ts";
import { pipelinesPluginsTexts } from "./pipelines-plugins.ts";

export const pipelinesTexts: Texts<PipelinesFailure> = {
  ...pipelinesOutputTexts,
  ...pipelinesPluginsTexts,
  ...pipelinesModulesTexts,
  "pipeline-invalid": (failure) => {
    const [first] = failure.problems;
    return {
      what: `${failure.file} is no pipeline`,
      facts: placedFacts(failure),
      hint: "correct the file; its keys are those of cig.toml",
      ...(first === undefined ? {} : { at: first.at }),
    };
  },
  "store-address-invalid": ({ address }) => ({
    what: `${address} is no store of successes`,
    facts: {},
    hint: "write a folder, https://host/path, or oci://registry/name",
  }),
  "store-unreachable": ({ address, detail }) => ({
    what: `the store of successes ${address} does not answer as it should`,
    facts: { detail },
    hint: "what it does not know of has to run; see that it can be reached from there",
  }),
  "provider-unknown": ({ provider, known }) => ({
    what: `no output is for ${provider}`,
    facts: { "there are outputs for": known.join(", ") || "none" },
    hint: "correct the name, or add it under [[outputs]]",
  }),
  "workflow-unknown": ({ workflow, known }) => ({
    what: `there is no workflow ${workflow}`,
    facts: { "there are": known.join(", ") },
    hint: "name one of them, or render the files again",
  }),
  "import-unreadable": ({ file, detail, line, column }) => ({
    what: `${file} is no YAML`,
    facts: { [`${file}:${line}:${column}`]: detail },
    hint: "correct the file, or import another",
  }),
  "import-unknown": ({ file, keys }) => ({
    what: `${file} is of no CI system that slipway reads`,
    facts: { "its keys": keys.join(", ") },
    hint: "a workflow of GitHub Actions has on and jobs, a configuration of CircleCI version and jobs",
  }),
  "import-in-the-way": ({ file }) => ({
    what: `there is a ${file} already`,
    facts: {},
    hint: "move it away, or see with --print what would be written",
  }),
  "pipeline-refused": ({ file, diagnostics }) => ({
    what: `${file} cannot be rendered as it is`,
    facts: Object.fromEntries(
      diagnostics.map(({ code, message, fixHint, place }, at) => [
        `${place?.file ?? file}:${place?.line ?? 1}:${place?.column ?? 1} ${code}${" ".repeat(at)}`,
        fixHint === "" ? message : `${message}; ${fixHint}`,
      ]),
    ),
    hint: "correct the file, or leave out the provider that cannot do it",
  }),
  "plan-unreadable": ({ file }) => ({
    what: `${file} is not what the target plan wrote`,
    facts: {},
    hint: "run the target plan of the project again",
  }),
  "pipeline-missing": (failure) => ({
    what: `there is no ${failure.file}`,
    facts: {},
    hint: "name a folder that has a cig.toml, or a target as <project>:<target>; in Nx, bring the file back",
  }),
};

export const pipelinesCauses: Causes<ModulesCause | PipelineCause> = {
  "pipeline-planned": "planned by its plugins",
  "files-rendered": "files written",
  "files-as-planned": "every file is as planned",
  "module-published": "the registry had no such version",
  "module-was-published": "the registry has this content",
};
