import type { PipelineProblem, PipelinesFailure } from "@slipway/pipelines";
import { shownDigest } from "@slipway/signature/digest";
import type { Texts } from "../text.ts";

type OwnFailure = Extract<PipelinesFailure, { readonly reason: `module${string}` }>;

export const pipelinesModulesTexts: Texts<OwnFailure> = {
  "modules-conflict": ({ module, versions, chains }) => ({
    what:
      versions.length === 0
        ? `there is no version of ${module}`
        : `no version of ${module} is let in by all who ask for it`,
    facts: {
      ...Object.fromEntries(
        chains.map(({ by, constraint }, at) => [
          `asked for ${at + 1}`,
          `${by.join(" -> ")} -> ${module}@${constraint}`,
        ]),
      ),
      versions: versions.slice(0, 20).join(", ") || "none",
    },
    hint: "let in another version in cig.toml, or take versions of the modules before it that ask for the same",
  }),
  "modules-circular": ({ path }) => ({
    what: "modules require each other in a circle",
    facts: { circle: path.join(" -> ") },
    hint: "take a version of one of them that does not require the next",
  }),
  "module-sources-differ": ({ module, places }) => ({
    what: `${module} is asked for from several places, and only one can be it`,
    facts: Object.fromEntries(
      places.map(({ place, by }, at) => [`place ${at + 1}`, `${place}, by ${by.join(" -> ")}`]),
    ),
    hint: `say under [plugins."${module}"] in cig.toml which source it has, and ask for it by its short name`,
  }),
  "modules-unresolved": ({ steps }) => ({
    what: "the modules ask for each other in too many ways to try them all",
    facts: { tried: steps },
    hint: "name versions of some of them in cig.toml",
  }),
  "module-invalid": (failure) => {
    const [first] = failure.problems;
    return {
      what: `${failure.file} is no manifest of a module`,
      facts: placedFacts(failure),
      hint: "correct the file; the README of pipelines says what a manifest has",
      ...(first === undefined ? {} : { at: first.at }),
    };
  },
  "module-files-refused": ({ module, path, problem }) => ({
    what: `the files of ${module} cannot be those of a module`,
    facts: { file: path, problem: filesProblems[problem] },
    hint: "a module is a folder of regular files; take away what is not",
  }),
  "modules-lock-invalid": (failure) => {
    const [first] = failure.problems;
    return {
      what: `${failure.file} is not as slipway wrote it`,
      facts: placedFacts(failure),
      hint: "take a version of it from git that is whole, or remove it, and run slipway ci sync",
      ...(first === undefined ? {} : { at: first.at }),
    };
  },
  "module-changed": ({ module, place, expected, actual }) => ({
    what: `the content of ${module} is not what is locked`,
    facts: { from: place, locked: shownDigest(expected), found: shownDigest(actual) },
    hint: "a version that changes was tampered with or published twice: ask its publisher before you take away its entry in cig.lock",
  }),
};

const filesProblems = {
  "not-a-file": "it is a link or a device",
  "path-odd": "its name leads out of the folder, or is one that not every system has",
  duplicate: "it is there twice, at least where case makes no difference",
  "file-and-folder": "it is a file and a folder",
  "too-many": "there are too many files",
  "too-large": "the files are too large together",
  "not-a-tar": "the archive is no tar",
} as const;

/** Each problem by its place. */
export function placedFacts({
  file,
  problems,
}: {
  readonly file: string;
  readonly problems: readonly PipelineProblem[];
}): Readonly<Record<string, string>> {
  return Object.fromEntries(
    problems.map(({ line, column, message, hint }) => [
      `${file}:${line}:${column}`,
      hint === undefined ? message : `${message}; ${hint}`,
    ]),
  );
}
