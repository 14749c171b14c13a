import type { PipelinesFailure } from "@slipway/pipelines";
import type { Texts } from "../text.ts";

export const pipelinesTexts: Texts<PipelinesFailure> = {
  "pipeline-invalid": (failure) => {
    const [first] = failure.problems;
    return {
      what: `${failure.file} is no pipeline`,
      facts: Object.fromEntries(
        failure.problems.map(({ line, column, message }) => [
          `${failure.file}:${line}:${column}`,
          message,
        ]),
      ),
      hint: "correct the file; its keys are those of cig.toml",
      ...(first === undefined ? {} : { at: first.at }),
    };
  },
  "pipeline-missing": (failure) => ({
    what: "there is no pipeline here any more",
    facts: { file: failure.file },
    hint: "bring the file back, or run the target of another project",
  }),
};

/** No target of the package says anything of its own yet. */
export const pipelinesCauses: Readonly<Record<string, string>> = {};
