import type { PipelinesFailure } from "@slipway/pipelines";
import type { ModulesCause } from "@slipway/pipelines/modules";
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
  "pipeline-missing": (failure) => ({
    what: `there is no ${failure.file}`,
    facts: {},
    hint: "name a folder that has a cig.toml, or a target as <project>:<target>; in Nx, bring the file back",
  }),
};

export const pipelinesCauses: Causes<ModulesCause> = {
  "module-published": "the registry had no such version",
  "module-was-published": "the registry has this content",
};
