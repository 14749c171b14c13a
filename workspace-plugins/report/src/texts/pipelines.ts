import type { PipelinesFailure } from "@slipway/pipelines";
import type { Texts } from "../text.ts";
import { pipelinesPluginsTexts } from "./pipelines-plugins.ts";

export const pipelinesTexts: Texts<PipelinesFailure> = {
  ...pipelinesPluginsTexts,
  "pipeline-invalid": (failure) => {
    const [first] = failure.problems;
    return {
      what: `${failure.file} is no pipeline`,
      facts: Object.fromEntries(
        failure.problems.map(({ line, column, message, hint }) => [
          `${failure.file}:${line}:${column}`,
          hint === undefined ? message : `${message}; ${hint}`,
        ]),
      ),
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

/** No target of the package says anything of its own yet. */
export const pipelinesCauses: Readonly<Record<string, string>> = {};
