import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Step } from "./ci-machine.ts";

const folder = path.join(import.meta.dirname, "../../../examples/ci-recipes");
const Texts = z.record(z.string(), z.string());

const GithubStep = z.object({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  env: Texts.default({}),
});
const GithubJob = z.object({ env: Texts.default({}), steps: z.array(GithubStep) });
const Github = z.object({ env: Texts.default({}), jobs: z.record(z.string(), GithubJob) });

/** The steps of a job that are shell; `${{ vars.A }}` and `${{ secrets.A }}` are those of `known`. */
export function githubSteps(
  known: Readonly<Record<string, string>>,
  { file, job }: { readonly file: string; readonly job: string } = {
    file: "github-actions.yml",
    job: "test",
  },
): readonly Step[] {
  const { env: ofAll, jobs } = Github.parse(yamlIn(file));
  const { env: ofJob, steps } = GithubJob.parse(jobs[job]);
  const env = { ...ofAll, ...ofJob };
  const filled = (texts: z.infer<typeof Texts>) =>
    Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, fill(value, known)]));
  return steps.flatMap(({ name = "", run, env: own }) =>
    run === undefined
      ? []
      : [{ name, script: fill(run, known), environment: { ...filled(env), ...filled(own) } }],
  );
}

function fill(value: string, known: Readonly<Record<string, string>>): string {
  return value.replaceAll(/\$\{\{ (?:vars|secrets)\.(\w+) \}\}/g, (_all, name: string) => {
    const found = known[name];
    if (found === undefined) throw new Error(`the recipe asks for ${name}`);
    return found;
  });
}

const GitlabJob = z.object({
  variables: Texts.default({}),
  before_script: z.array(z.string()).default([]),
  script: z.array(z.string()),
  cache: z.object({ paths: z.array(z.string()) }).optional(),
  artifacts: z.object({ paths: z.array(z.string()) }).optional(),
});
export type GitlabJob = {
  readonly step: Step;
  readonly cached: readonly string[];
  readonly artifacts: readonly string[];
};

/** A job of `gitlab-ci.yml`: GitLab runs all its lines in one shell. */
export function gitlabJob(name: "packages" | "test", project: string): GitlabJob {
  const Gitlab = z.object({ [name]: GitlabJob });
  const job = GitlabJob.parse(Gitlab.parse(yamlIn("gitlab-ci.yml"))[name]);
  const environment = Object.fromEntries(
    Object.entries(job.variables).map(([key, value]) => [
      key,
      value.replaceAll("$CI_PROJECT_DIR", project),
    ]),
  );
  return {
    step: { name, script: [...job.before_script, ...job.script].join("\n"), environment },
    cached: job.cache?.paths ?? [],
    artifacts: job.artifacts?.paths ?? [],
  };
}

export type Instruction =
  | { readonly word: "RUN"; readonly script: string; readonly secret: string | undefined }
  | {
      readonly word: "COPY";
      readonly from: string | undefined;
      readonly source: string;
      readonly to: string;
    }
  | { readonly word: "ENV"; readonly name: string; readonly value: string }
  | { readonly word: "CMD"; readonly command: readonly string[] };
export type Stage = {
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
};

/** The stages of the `Dockerfile`. Each works in `/app`. */
export function dockerStages(): readonly Stage[] {
  const lines = readFileSync(path.join(folder, "Dockerfile"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const stages: { name: string | undefined; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [word = ""] = line.split(" ");
    const rest = line.slice(word.length + 1);
    if (word === "FROM") stages.push({ name: / AS (\w+)$/.exec(rest)?.[1], instructions: [] });
    else stages.at(-1)?.instructions.push(...instructionIn(word, rest));
  }
  return stages;
}

function instructionIn(word: string, rest: string): readonly Instruction[] {
  switch (word) {
    case "RUN": {
      const [mount = "", secret] = /^--mount=type=secret,id=[\w-]+,target=(\S+) /.exec(rest) ?? [];
      return [{ word, script: rest.slice(mount.length), secret }];
    }
    case "COPY": {
      const [, from, source = "", to = ""] = /^(?:--from=(\w+) )?(\S+) (\S+)$/.exec(rest) ?? [];
      return [{ word, from, source, to }];
    }
    case "ENV": {
      const [name = "", value = ""] = rest.split("=");
      return [{ word, name, value }];
    }
    case "CMD":
      return [{ word, command: z.array(z.string()).parse(JSON.parse(rest)) }];
    case "WORKDIR":
      if (rest === "/app") return [];
  }
  if (word === "ARG") return [];
  throw new Error(`the Dockerfile has an instruction that the test does not know: ${word} ${rest}`);
}

function yamlIn(file: string): unknown {
  const value: unknown = parse(readFileSync(path.join(folder, file), "utf8"));
  return value;
}
