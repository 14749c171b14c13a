import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { scaled } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { linesOf } from "./lines.ts";
import { outputOf, repository, run } from "./processes.ts";
import type { Command } from "./processes.ts";
import type { Findings, Part } from "./section.ts";
import { spreadOf } from "./spread.ts";

/** Command and package: what npm has of agents that install from npm alone. */
const agents = {
  codex: "@openai/codex",
  gemini: "@google/gemini-cli",
  qwen: "@qwen-code/qwen-code",
  copilot: "@github/copilot",
  opencode: "opencode-ai",
  cline: "cline",
} as const;

/** Each agent so often, by definitions that differ: an engine builds what is the same but once. */
const copies = 2;
const base = {
  reference: "slipway/base:debian",
  layout: "examples/bases/debian/dist/image",
  target: "debian:image",
};
const ours = "slipway, together";
const singly = "docker build, one by one";
const program = path.join(import.meta.dirname, "build-agents.ts");

export const images: Part = { id: "images", title: "Images: many agents at once", measure };

/** An agent and the package that has it. */
type Source = { readonly name: string; readonly source: string; readonly version: string };
type Agent = {
  readonly name: string;
  readonly copy: number;
  readonly folder: string;
  readonly version: string;
};

async function measure(bench: Bench): Promise<Findings> {
  if (!existsSync(path.join(repository, base.layout))) {
    throw new Error(`${base.layout} is not there: npx nx run debian:load makes it`);
  }
  const chosen = Object.entries(agents).slice(0, scaled(bench, Object.keys(agents).length));
  const sources = await Promise.all(
    chosen.map(async ([name, source]) => ({
      name,
      source,
      version: await latestVersion(bench, source),
    })),
  );
  const rounds = bench.rounds ?? 3;
  const found: { readonly oursMs: number; readonly singlyMs: number }[] = [];
  while (found.length < rounds) {
    const definitions = writeDefinitions(bench, sources, found.length);
    bench.say(`${definitions.length} images: round ${found.length + 1} of ${rounds}`);
    const oursMs = await timed(bench, together(bench, definitions), definitions.length);
    const singlyMs = await timed(bench, oneByOne(bench, definitions), definitions.length);
    found.push({ oursMs, singlyMs });
  }
  return findingsOf(found, chosen.length * copies);
}

async function latestVersion(bench: Bench, name: string): Promise<string> {
  const words = ["npm", "view", name, "version"] as const;
  return (await outputOf(bench, { words, folder: repository })).trim();
}

/** New ones for each round, so that no engine has a step of them in its cache. */
function writeDefinitions(
  bench: Bench,
  sources: readonly Source[],
  round: number,
): readonly Agent[] {
  return Array.from({ length: copies }, (_, copy) => copy).flatMap((copy) =>
    sources.map(({ name, source, version }) => {
      const folder = path.join(bench.folder, "images", `${round}`, `${copy}`, name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        path.join(folder, "agent.yml"),
        `agent_full_name: ${name}\nagent_homepage: http://localhost/\nbuild_local: true\n`,
      );
      writeScript(path.join(folder, "version.sh"), `echo "${version}"`);
      writeScript(
        path.join(folder, "install.sh"),
        `# ${bench.folder} ${round} ${copy}\nnpm install --global --no-fund --no-audit --loglevel=error "${source}@\${AGENT_VERSION}"`,
      );
      return { name, copy, folder, version };
    }),
  );
}

function writeScript(file: string, text: string): void {
  writeFileSync(file, `#!/usr/bin/env bash\nset -euo pipefail\n${text}\n`);
  chmodSync(file, 0o755);
}

/** Built, saved, normalised, laid out, and each asked for its version. */
function together(bench: Bench, definitions: readonly Agent[]): Command {
  const input = path.join(bench.folder, "images", "plan.json");
  const plan = {
    workspaceRoot: repository,
    turns: path.join(bench.folder, "images", "turns"),
    base,
    agents: definitions.map(({ name, copy, folder }) => ({
      name,
      // Each copy is an image of its own.
      baseName: `bench-${copy}`,
      folder,
      layout: path.relative(repository, path.join(folder, "dist")),
    })),
  };
  writeFileSync(input, JSON.stringify(plan));
  return { words: ["node", program], folder: repository, input };
}

/** The same definitions and the same access, by a Dockerfile that any `docker build` takes. */
function oneByOne(bench: Bench, definitions: readonly Agent[]): Command {
  const folder = path.join(bench.folder, "images", "singly");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, "Dockerfile");
  writeFileSync(file, plainDockerfile);
  const lines = definitions.flatMap(({ name, folder: definition, version }) => [
    `rm -rf context && mkdir context && cp -r ${definition} context/definition && rm -rf context/definition/dist`,
    `if [ -e "$CA_BUNDLE" ]; then cp "$CA_BUNDLE" context/ca.crt; else : > context/ca.crt; fi`,
    `docker build --quiet --no-cache --file Dockerfile --build-arg AGENT_VERSION=${version} --build-arg NPM_REGISTRY="$NPM_REGISTRY" --tag slipway-bench:${name} context >/dev/null`,
    `docker image rm --force slipway-bench:${name} >/dev/null`,
    `echo ${name} ${version}`,
  ]);
  const script = path.join(folder, "build.sh");
  const settings = [
    `CA_BUNDLE=\${SLIPWAY_CA_BUNDLE-/etc/ssl/certs/ca-certificates.crt}`,
    `NPM_REGISTRY=$(npm config get registry)`,
  ];
  writeFileSync(script, `${["set -eu", ...settings, ...lines].join("\n")}\n`);
  return { words: ["sh", script], folder };
}

const plainDockerfile = `FROM ${base.reference}
ARG AGENT_VERSION
ARG NPM_REGISTRY
COPY . /tmp/context
RUN set -eu; \\
    if [ -s /tmp/context/ca.crt ]; then export NODE_EXTRA_CA_CERTS=/tmp/context/ca.crt SSL_CERT_FILE=/tmp/context/ca.crt; fi; \\
    export npm_config_registry="$NPM_REGISTRY"; \\
    cd /tmp/context/definition; bash install.sh; rm -rf /root/.npm /root/.cache /tmp/context
`;

async function timed(bench: Bench, command: Command, count: number): Promise<number> {
  const begunMs = performance.now();
  const { code, output, errors } = await run(bench, command);
  const wallMs = performance.now() - begunMs;
  const built = linesOf(output).length;
  if (code === 0 && built === count) return wallMs;
  throw new Error(`${built} of ${count} images, status ${code}: ${errors.slice(-2000)}`);
}

function findingsOf(
  found: readonly { readonly oursMs: number; readonly singlyMs: number }[],
  count: number,
): Findings {
  const title = `${count} agent images on one base`;
  return {
    text: [
      `${Object.keys(agents)
        .slice(0, count / copies)
        .join(
          ", ",
        )}, each from npm in its newest version and each twice by definitions that differ in a comment. \`${ours}\` is what \`nx run-many\` does for a target, in one process: the image is built, saved, normalised, laid out, and the agent in it asked for its version. \`${singly}\` only builds. Neither finds a step in the engine's cache.`,
    ],
    tables: [
      {
        title,
        head: ["", "s", "min", "max"],
        rows: [
          row(
            ours,
            found.map(({ oursMs }) => oursMs),
          ),
          row(
            singly,
            found.map(({ singlyMs }) => singlyMs),
          ),
        ],
      },
    ],
    targets: [
      {
        what: `${ours}, of the time of ${singly}, ${title}`,
        figure: spreadOf(found.map(({ oursMs, singlyMs }) => oursMs / singlyMs)).median,
        side: "at most",
        bound: 0.6,
        unit: "×",
      },
    ],
  };
}

function row(name: string, walls: readonly number[]): readonly string[] {
  const { median, min, max } = spreadOf(walls);
  return [name, ...[median, min, max].map((ms) => (ms / msPerSecond).toFixed(1))];
}

const msPerSecond = 1000;
