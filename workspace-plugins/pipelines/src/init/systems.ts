import type { Look } from "./look.ts";

/** A CI system, and what it takes to run a job on a machine of it that everybody has. */
export type System = {
  readonly provider: string;
  readonly path: string;
  readonly runner: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  /** Jobs need an image to have a language. */
  readonly needsImage: boolean;
  /** slipway ci import reads its files. */
  readonly isImported: boolean;
};

const systems = {
  github: {
    provider: "github",
    path: ".github/workflows/ci.yml",
    runner: { "runs-on": "ubuntu-latest" },
    needsImage: false,
    isImported: true,
  },
  circleci: {
    provider: "circleci",
    path: ".circleci/config.yml",
    runner: { resource_class: "medium" },
    needsImage: true,
    isImported: true,
  },
  buildkite: {
    provider: "buildkite",
    path: ".buildkite/pipeline.yml",
    runner: { agents: { queue: "default" } },
    needsImage: true,
    isImported: false,
  },
  jenkins: {
    provider: "jenkins",
    path: "Jenkinsfile",
    runner: { label: "linux" },
    needsImage: true,
    isImported: false,
  },
} as const satisfies Readonly<Record<string, System>>;

/** How the path of a file of each begins. */
const signs = [
  ["github", ".github/workflows/"],
  ["circleci", ".circleci/"],
  ["buildkite", ".buildkite/"],
  ["jenkins", "Jenkinsfile"],
] as const;

/** Those that the workspace has files of; GitHub where there are none. Files of these names, which are somebody's, stay. */
export function systemsIn(files: readonly string[], { has }: Look): readonly System[] {
  const found = signs
    .filter(([, sign]) => files.some((file) => file.startsWith(sign)))
    .map(([name]): System => systems[name]);
  const all: readonly System[] = found.length === 0 ? [systems.github] : found;
  return all.map((system) =>
    system.provider === "github" && has(system.path)
      ? { ...system, path: ".github/workflows/slipway.yml" }
      : system,
  );
}
