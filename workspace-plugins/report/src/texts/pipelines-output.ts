import type { PipelinesFailure } from "@slipway/pipelines";
import type { Texts } from "../text.ts";

type OwnFailure = Extract<PipelinesFailure, { readonly reason: `output-${string}` }>;
type Of<Reason extends OwnFailure["reason"]> = Extract<OwnFailure, { readonly reason: Reason }>;

const pathWords: Readonly<Record<Of<"output-path-refused">["because"], string>> = {
  empty: "it names no file",
  absolute: "it is not relative to the workspace",
  leaves: "it has .., which leads out of its folder",
  backslash: "it has a backslash; parts are told apart by /",
  control: "it has a character that nobody can see",
  git: "what is in .git belongs to git",
  folder: "it ends as a folder does",
};

const obstacleWords: Readonly<Record<Of<"output-blocked">["by"], string>> = {
  link: "a link, and nothing is written where one leads",
  folder: "a folder",
  file: "a file, where a folder is needed",
  other: "neither a file nor a folder",
};

const conflictWords: Readonly<Record<Of<"output-conflict">["because"], string>> = {
  values: "two values",
  kinds: "two kinds of values",
  lists: "two lists whose items have no id, key or name of their own each",
};

const mergeTexts: Texts<
  Exclude<OwnFailure, { readonly reason: "output-hand-edited" | "output-stale" }>
> = {
  "output-path-refused": ({ plugin, path, because }) => ({
    what: `${JSON.stringify(path)} is no path of an output: ${pathWords[because]}`,
    facts: plugin === undefined ? {} : { plugin },
    hint: plugin === undefined ? "correct it under outputs in cig.toml" : "correct the plugin",
  }),
  "output-paths-collide": ({ paths: [first, second], because }) => ({
    what:
      because === "case"
        ? `${first} and ${second} are one file where the file system knows no case`
        : `${first} would be a file, and the folder of ${second}`,
    facts: {},
    hint: "give one of them another path under outputs in cig.toml",
  }),
  "output-granted-twice": ({ path, plugins: [first, second] }) => ({
    what: `two providers are to write ${path}`,
    facts: { first, second },
    hint: "give each a path of its own under outputs in cig.toml",
  }),
  "output-not-granted": ({ plugin, path, granted }) => ({
    what: `the plugin ${plugin} gives ${path}, which it was not asked for`,
    facts: { "asked for": granted.length === 0 ? "no file" : granted.join(", ") },
    hint: "correct the plugin, or name the path under outputs in cig.toml",
  }),
  "output-missing": ({ plugin, path }) => ({
    what: `the plugin ${plugin} was asked for ${path}, and gives nothing for it`,
    facts: {},
    hint: "correct the plugin, or take the path out of outputs in cig.toml",
  }),
  "output-not-owned": ({ path, plugin, owner }) => ({
    what: `the plugin ${plugin} would replace ${path}, which belongs to ${owner}`,
    facts: {},
    hint: `make ${plugin} merge or append`,
  }),
  "output-replaced-twice": ({ path, plugin }) => ({
    what: `the plugin ${plugin} gives the whole of ${path} twice`,
    facts: {},
    hint: "correct the plugin: one fragment of a path replaces, others merge or append",
  }),
  "output-formats-differ": ({ path, plugins, formats }) => ({
    what: `${path} cannot have two formats`,
    facts: { [plugins[0]]: formats[0], [plugins[1]]: formats[1] },
    hint: "correct the plugin that does not own the file",
  }),
  "output-fragment-unknown": ({ plugin, path, field, value }) => ({
    what: `the plugin ${plugin} gives ${path} with a ${field} that slipway does not know`,
    facts: { [field]: value },
    hint:
      value === 0 ? `correct the plugin: every fragment has a ${field}` : "take a newer slipway",
  }),
  "output-strategy-unfit": ({ plugin, path, strategy, format }) => ({
    what: `the plugin ${plugin} would ${strategy.toLowerCase()} to ${path}, which is ${format}`,
    facts: {},
    hint: "correct the plugin: YAML and JSON are merged, TEXT and GROOVY appended to",
  }),
  "output-fragment-unreadable": ({ plugin, path, format, detail }) => ({
    what: `what the plugin ${plugin} gives for ${path} is no ${format}`,
    facts: { detail },
    hint: "correct the plugin",
  }),
  "output-conflict": ({ path, pointer, plugins, values, because }) => ({
    what: `${plugins[0]} and ${plugins[1]} give ${conflictWords[because]} for one place of ${path}`,
    facts: {
      place: pointer === "" ? "the whole file" : pointer,
      [`1. ${plugins[0]}`]: values[0],
      [`2. ${plugins[1]}`]: values[1],
    },
    hint: "use one of the plugins for it, or set what it depends on in cig.toml",
  }),
  "output-blocked": ({ path, at, by }) => ({
    what: `${path} cannot be written: ${at} is ${obstacleWords[by]}`,
    facts: {},
    hint: `move ${at} away, or give the output another path in cig.toml`,
  }),
  "output-moved": ({ path }) => ({
    what: `${path} was changed while it was about to be written`,
    facts: { written: "nothing" },
    hint: "run the same command again",
  }),
  "output-stopped": () => ({
    what: "stopped before anything was written",
    facts: {},
    hint: "run the same command again",
  }),
};

export const pipelinesOutputTexts: Texts<OwnFailure> = {
  ...mergeTexts,
  "output-hand-edited": ({ files }) => ({
    what: "files that would be written are not as slipway wrote them",
    facts: Object.fromEntries(
      files.map(({ path, edit, diff }) => [path, `${editWords(edit)}\n${diff.trimEnd()}`]),
    ),
    hint: "put what is to stay into cig.toml, then delete the file, or write over it with --force",
  }),
  "output-stale": ({ files }) => ({
    what: "the files are not what cig.toml says",
    facts: Object.fromEntries(
      files.map(({ path, state, diff }) => [path, `${stateWords(state)}\n${diff.trimEnd()}`]),
    ),
    hint: files.some(({ state }) => state === "kept")
      ? "run slipway ci render, delete what no output has any more, and commit"
      : "run slipway ci render, and commit what it writes",
  }),
};

function editWords(edit: Of<"output-hand-edited">["files"][number]["edit"]): string {
  switch (edit.kind) {
    case "edited":
      return "was changed by hand";
    case "foreign":
      return "is not from slipway";
    case "other-source":
      return `was rendered from ${edit.source}`;
  }
}

function stateWords(state: Of<"output-stale">["files"][number]["state"]): string {
  switch (state) {
    case "created":
      return "is missing";
    case "changed":
      return "differs";
    case "hand-edited":
      return "was changed by hand, or is not from slipway";
    case "removed":
      return "is of no output any more";
    case "kept":
      return "is of no output any more, and was changed by hand";
  }
}
