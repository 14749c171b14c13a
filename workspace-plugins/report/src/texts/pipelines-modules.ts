import type { PipelineProblem, PipelinesFailure } from "@slipway/pipelines";
import { shownDigest } from "@slipway/signature/digest";
import type { Texts } from "../text.ts";

type OwnFailure = Extract<PipelinesFailure, { readonly reason: `module${string}` }>;

export const pipelinesModulesTexts: Texts<OwnFailure> = {
  "modules-conflict": ({ module, place, versions, chains }) => ({
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
      from: place === "standard" ? "what comes with slipway" : place,
    },
    hint:
      place === "standard"
        ? `let in the version that comes with slipway, or give it a source under [plugins."${module}"] to take another`
        : "let in another version in cig.toml, or take versions of the modules before it that ask for the same",
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
  "module-manifest-missing": ({ file }) => ({
    what: `there is no ${file}`,
    facts: {},
    hint: "a module is a folder with a module.toml in it",
  }),
  "module-program-missing": ({ module, program }) => ({
    what: `${module} has no file ${program}, which its module.toml says is run`,
    facts: {},
    hint: "build the program, or correct [run]",
  }),
  "module-version-taken": ({ reference, own, published }) => ({
    what: "this version is published, with other content; nothing was sent",
    facts: { reference, published: shownDigest(published), here: shownDigest(own) },
    hint: "a version never changes: raise it in module.toml",
  }),
  "module-missing": ({ reference }) => ({
    what: "the registry does not have the module",
    facts: { reference },
    hint: "check name and version, and which registry is asked: project.registry or source in cig.toml",
  }),
  "module-source-unknown": ({ module }) => ({
    what: `nobody knows where ${module} comes from`,
    facts: {
      "looked in": `[plugins] of cig.toml, .slipway/plugins/${module}, what comes with slipway`,
    },
    hint: `give it a source under [plugins."${module}"], or name the registry of short names: registry under [project], or SLIPWAY_MODULE_REGISTRY`,
  }),
  "module-named-otherwise": ({ module, place, actual }) => ({
    what: `what cig.toml calls ${module} calls itself ${actual}`,
    facts: { source: place },
    hint: `call it ${actual} in cig.toml too`,
  }),
  "module-requires-local": ({ module, requires }) => ({
    what: `${module} requires a folder, which only modules of this repository may`,
    facts: { requires },
    hint: "its publisher has to require it from a registry or a git repository",
  }),
  "module-git-failed": ({ place, said }) => ({
    what: "git could not fetch a module",
    facts: { source: place, "git said": said },
    hint: "check that the repository, the folder and the ref are there, and that git may read them here",
  }),
  "module-commit-gone": ({ place, locked, actual }) => ({
    what: "the commit that cig.lock names of a module cannot be had any more",
    facts: { source: place, locked, "the ref is at": actual },
    hint: "look at what has changed; slipway ci sync --update locks what the ref names now",
  }),
  "modules-stopped": () => ({
    what: "stopped; cig.lock is as it was",
    facts: {},
    hint: "run the same command again: what is fetched stays",
  }),
  "module-not-added": ({ file, module }) => ({
    what: `${file} names its plugins in a way that only a person can add ${module} to`,
    facts: {},
    hint: `write it yourself, best as a line under [plugins], and run slipway ci sync`,
  }),
  "module-not-here": ({ module, version }) => ({
    what: `${module} ${version} is locked, and not on this machine`,
    facts: {},
    hint: "slipway ci sync --frozen fetches what is locked",
  }),
  "module-platform-missing": ({ module, version, platform, platforms }) => ({
    what: `${module} ${version} has no program for this machine`,
    facts: { machine: platform, "there is": platforms.join(", ") },
    hint: "take another version, or ask its publisher for one",
  }),
  "module-not-granted": ({ asked }) => ({
    what: "modules ask for what nobody has granted them; cig.lock is as it was",
    facts: Object.fromEntries(
      asked.map(({ module, version, capabilities }) => [
        `${module} ${version}`,
        capabilities.join(", "),
      ]),
    ),
    hint: `if you trust them with it, run the same without --frozen and with ${asked
      .flatMap(({ module, capabilities }) =>
        capabilities.map((each) => `--grant ${module}=${each}`),
      )
      .join(" ")}`,
  }),
  "modules-lock-stale": ({ file, differences }) => ({
    what: `${file} is not what cig.toml asks for; nothing was written`,
    facts: { "would change": differences.join("\n") },
    hint: "run slipway ci sync, and commit the lock",
  }),
  "modules-offline": ({ needed }) => ({
    what:
      needed.length === 0
        ? "cig.toml asks for other modules than are locked, and nobody may be asked for them"
        : "a locked module is not on this machine, and may not be fetched",
    facts: needed.length === 0 ? {} : { missing: needed.join(", ") },
    hint: "run slipway ci sync once without --offline",
  }),
  "module-unsigned": ({ reference, objections }) => ({
    what: "nobody whom this workspace trusts has signed a module; nothing of it was kept",
    facts: {
      module: reference,
      ...(objections.length === 0 ? { signatures: "none" } : {}),
      ...Object.fromEntries(
        objections.map(({ signer, problem }, at) => [
          `signature ${at + 1}`,
          signer === undefined ? problem : `${problem}: ${signer}`,
        ]),
      ),
    },
    hint: "slipway ci publish signs it; its signer is trusted by their entry in trust/signers.json, as slipway smoke keys init wrote it on their machine into .slipway/trust/signers.json",
  }),
  "module-artefact-invalid": ({ reference, problem }) => ({
    what: "what the registry has is no module",
    facts: { reference, problem },
    hint: "ask who published it; slipway ci publish writes what a module is",
  }),
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
