import type { Plain } from "../import/located.ts";
import { inline } from "../import/write-toml.ts";
import type { Detected } from "../render/detect.ts";
import { languageJob } from "./language-jobs.ts";
import type { LanguageJob } from "./language-jobs.ts";
import { within } from "./look.ts";
import type { Look } from "./look.ts";
import { systemsIn } from "./systems.ts";
import type { System } from "./systems.ts";

export type Findings = {
  readonly project: string;
  readonly detected: readonly Detected[];
  /** Paths of the workspace. */
  readonly files: readonly string[];
  readonly look: Look;
};

export type StartingPipeline = {
  /** Of a `cig.toml`. */
  readonly text: string;
  readonly languages: readonly string[];
  readonly outputs: readonly Pick<System, "provider" | "path">[];
};

type FoundLanguage = LanguageJob & {
  readonly name: string;
  readonly version: string | undefined;
  readonly folder: string;
};

/** A `cig.toml` to begin with, from what is there. */
export function startingPipeline(findings: Findings): StartingPipeline {
  const { project, detected, files, look } = findings;
  const languages = detected.flatMap((one) => languageIn(one, look));
  const systems = systemsIn(files, look);
  const sections = [
    headOf(languages),
    `version = "0.2"`,
    `[project]\n${linesOf({ name: project, default_runner: "linux" })}`,
    runnerOf(systems),
    triggers,
    ...jobsOf(languages, systems, look),
    ...systems.map((system) => outputOf(system, look)),
  ];
  return {
    text: `${sections.map((section) => section.trim()).join("\n\n")}\n`,
    languages: languages.map(({ name }) => name),
    outputs: systems.map(({ provider, path }) => ({ provider, path })),
  };
}

function languageIn({ plugin, facts }: Detected, look: Look): readonly FoundLanguage[] {
  const name = plugin.replace("lang/", "");
  const folder = facts[`${name}_path`] ?? "";
  const job = languageJob(name, facts, within(look, folder));
  return job === undefined ? [] : [{ name, folder, version: facts[`${name}_version`], ...job }];
}

function headOf(languages: readonly FoundLanguage[]): string {
  const found = languages.map(
    ({ name, version, folder }) =>
      `${name}${version === undefined ? "" : ` ${version}`}${folder === "" ? "" : ` in ${folder}`}`,
  );
  return `# Begun by slipway ci init from what lay here: ${found.length === 0 ? "no language that it knows" : found.join(", ")}.
# slipway ci plan --diff shows what this renders, slipway ci render writes it.`;
}

const triggers = `# When it runs; this is how it is without the table.
[triggers]
push = { branches = ["main"] }
pull_request = {}`;

function runnerOf(systems: readonly System[]): string {
  const settings = systems.map(({ provider, runner }) => `${provider} = ${inline(runner)}`);
  return ["# What each CI system calls the machine.", "[runners.linux]", ...settings].join("\n");
}

const about = `# packages installs what the lock file of a language names, in the version that its files name, and caches what it fetched.
# With source_files = ["src/**"] a job can be left out while they are unchanged: see [skipping].`;

function jobsOf(
  languages: readonly FoundLanguage[],
  systems: readonly System[],
  look: Look,
): readonly string[] {
  const needsImage = systems.some((system) => system.needsImage);
  if (languages.length === 0) return [jobWithout(needsImage, look)];
  return languages.map(({ name, folder, commands, image }, at) => {
    const id = languages.length === 1 ? "test" : `test-${name}`;
    const place = folder === "" ? {} : { working_directory: folder };
    const job = {
      ...(needsImage ? { image } : {}),
      packages: [folder === "" ? name : { name, path: folder }],
      timeout_minutes: 30,
      steps: commands.map((run) => ({ run, ...place })),
    };
    return `${at === 0 ? `${about}\n` : ""}[jobs.${id}]\n${linesOf(job)}`;
  });
}

/** Of a workspace in which no language was found. */
function jobWithout(needsImage: boolean, { text }: Look): string {
  const hasTests = /^test:/m.test(text("Makefile") ?? "");
  const run = hasTests ? "make test" : "git show --stat --oneline";
  const said = hasTests ? "" : "# Nothing here says how it is tested: put your command here.\n";
  const image = needsImage ? { image: "buildpack-deps:bookworm" } : {};
  return `${said}[jobs.test]\n${linesOf({ ...image, timeout_minutes: 30, steps: [{ run }] })}`;
}

function outputOf({ provider, path, isImported }: System, { has }: Look): string {
  const how = isImported ? "; slipway ci import reads it" : "";
  const said = has(path)
    ? `# It lies there already, and is written over by --force alone${how}.\n`
    : "";
  return `${said}[[outputs]]\n${linesOf({ provider, path })}`;
}

/** Each key in a line of its own. */
function linesOf(table: Readonly<Record<string, Plain>>): string {
  return Object.entries(table)
    .map(([key, value]) => `${key} = ${inline(value)}`)
    .join("\n");
}
