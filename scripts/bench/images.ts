import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readImageReceipt } from "@slipway/images";
import { hexOf } from "@slipway/signature";
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
/** What `docker build` has inside where its client has the component buildx, which Debian's has not. */
const singlyByBuildKit = "BuildKit, one by one";
const mostOfSingly = 0.6;
const keptDownloads = "slipway-bench-npm";
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
  const baseName = await nameOfBase(bench);
  const rounds = bench.rounds ?? 3;
  const found: Round[] = [];
  while (found.length < rounds) {
    const definitions = writeDefinitions(bench, sources, found.length);
    const count = definitions.length;
    bench.say(`${count} images: round ${found.length + 1} of ${rounds}`);
    await emptyDownloads(bench, baseName);
    found.push({
      [ours]: await timed(bench, together(bench, definitions), count),
      [singly]: await timed(bench, oneByOne(bench, { baseName, by: "docker" }, definitions), count),
      [singlyByBuildKit]: await timed(
        bench,
        oneByOne(bench, { baseName, by: "api" }, definitions),
        count,
      ),
    });
  }
  return findingsOf(found, chosen.length * copies);
}

/** Milliseconds of each contender. */
type Round = Readonly<Record<typeof ours | typeof singly | typeof singlyByBuildKit, number>>;

/** By which the engine has exactly the base that we build on. */
async function nameOfBase(bench: Bench): Promise<string> {
  const receipt = await readImageReceipt(path.join(repository, base.layout));
  if (receipt === undefined) throw new Error(`${base.layout} has no receipt`);
  const name = `slipway/base:${hexOf(receipt.imageId)}`;
  const tag = { words: ["docker", "tag", receipt.imageId, name], folder: repository } as const;
  const { code, errors } = await run(bench, tag);
  if (code !== 0) throw new Error(`the engine has not the base: npx nx run debian:load: ${errors}`);
  return name;
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

/** Built, taken from the engine, normalised, laid out, and each asked for its version. */
function together(bench: Bench, definitions: readonly Agent[]): Command {
  const input = path.join(bench.folder, "images", "plan.json");
  const dockerfile = path.join(bench.folder, "images", "agent.Dockerfile");
  writeFileSync(dockerfile, ourDockerfile());
  const plan = {
    workspaceRoot: repository,
    turns: path.join(bench.folder, "images", "turns"),
    base,
    agents: definitions.map(({ name, copy, folder }) => ({
      name,
      // Each copy is an image of its own.
      baseName: `bench-${copy}`,
      folder,
      dockerfile,
      layout: path.relative(repository, path.join(folder, "dist")),
    })),
  };
  writeFileSync(input, JSON.stringify(plan));
  return { words: ["node", program], folder: repository, input };
}

/** Has downloads of the measurement's own. */
function ourDockerfile(): string {
  const text = readFileSync(path.join(repository, "infra/images/agent.Dockerfile"), "utf8");
  const kept = text.replace("id=slipway-npm,", `id=${keptDownloads},`);
  if (kept === text) throw new Error("the Dockerfile of agents keeps its downloads otherwise");
  return kept;
}

/** What the engine keeps of what npm downloads, so that each round begins with nothing. */
async function emptyDownloads(bench: Bench, baseName: string): Promise<void> {
  const folder = path.join(bench.folder, "images", "empty");
  const context = path.join(folder, "context");
  mkdirSync(context, { recursive: true });
  const mount = `--mount=type=cache,id=${keptDownloads},target=/kept`;
  writeFileSync(
    path.join(context, "Dockerfile"),
    `FROM ${baseName}\nRUN ${mount} find /kept -mindepth 1 -delete\n`,
  );
  const lines = ["set -eu", buildByApi("empty"), removal("empty")];
  await outputOf(bench, { words: ["sh", "-c", lines.join("\n")], folder });
}

/**
 * The same definitions on the same base with the same access, by a Dockerfile that any builder takes. `api` sends the
 * context to the engine's BuildKit as it is.
 */
function oneByOne(
  bench: Bench,
  { baseName, by }: { readonly baseName: string; readonly by: "docker" | "api" },
  definitions: readonly Agent[],
): Command {
  const folder = path.join(bench.folder, "images", "singly");
  mkdirSync(folder, { recursive: true });
  const lines = definitions.flatMap(({ name, folder: definition, version }) => [
    `rm -rf context && mkdir context && cp -r ${definition} context/definition && rm -rf context/definition/dist`,
    `cp Dockerfile context/Dockerfile`,
    `if [ -e "$CA_BUNDLE" ]; then cp "$CA_BUNDLE" context/ca.crt; else : > context/ca.crt; fi`,
    `sed -i "s|^ARG AGENT_VERSION$|ARG AGENT_VERSION=${version}|; s|^ARG NPM_REGISTRY$|ARG NPM_REGISTRY=$NPM_REGISTRY|" context/Dockerfile`,
    by === "docker" ? buildByClient(name) : buildByApi(name),
    removal(name),
    `echo ${name} ${version}`,
  ]);
  writeFileSync(path.join(folder, "Dockerfile"), plainDockerfile(baseName));
  const script = path.join(folder, `${by}.sh`);
  const settings = [
    `CA_BUNDLE=\${SLIPWAY_CA_BUNDLE-/etc/ssl/certs/ca-certificates.crt}`,
    `NPM_REGISTRY=$(npm config get registry)`,
  ];
  writeFileSync(script, `${["set -eu", ...settings, ...lines].join("\n")}\n`);
  return { words: ["sh", script], folder };
}

function removal(name: string): string {
  return `docker image rm --force slipway-bench:${name} >/dev/null`;
}

function buildByClient(name: string): string {
  return `docker build --quiet --no-cache --tag slipway-bench:${name} context >/dev/null`;
}

/** Docker Engine API v1.41, ImageBuild; version 2 is BuildKit. */
function buildByApi(name: string): string {
  const query = `version=2&nocache=1&t=slipway-bench:${name}`;
  const type = "Content-Type: application/x-tar";
  return [
    `tar -c -C context .`,
    `curl -sS --unix-socket /var/run/docker.sock -H '${type}' --data-binary @- 'http://docker/v1.41/build?${query}'`,
    `grep -q 'Successfully tagged'`,
  ].join(" | ");
}

function plainDockerfile(baseName: string): string {
  return `FROM ${baseName}
ARG AGENT_VERSION
ARG NPM_REGISTRY
COPY . /tmp/context
RUN set -eu; \\
    if [ -s /tmp/context/ca.crt ]; then export NODE_EXTRA_CA_CERTS=/tmp/context/ca.crt SSL_CERT_FILE=/tmp/context/ca.crt; fi; \\
    export AGENT_VERSION npm_config_registry="$NPM_REGISTRY"; \\
    cd /tmp/context/definition; bash install.sh; rm -rf /root/.npm /root/.cache /tmp/context
`;
}

async function timed(bench: Bench, command: Command, count: number): Promise<number> {
  const begunMs = performance.now();
  const { code, output, errors } = await run(bench, command);
  const wallMs = performance.now() - begunMs;
  const built = linesOf(output).length;
  if (code === 0 && built === count) return wallMs;
  throw new Error(`${built} of ${count} images, status ${code}: ${errors.slice(-2000)}`);
}

function findingsOf(found: readonly Round[], count: number): Findings {
  const title = `${count} agent images on one base`;
  const named = Object.keys(agents).slice(0, count / copies);
  const rows = [ours, singly, singlyByBuildKit] as const;
  const peers = [singly, singlyByBuildKit] as const;
  return {
    text: [
      `${named.join(", ")}, each from npm in its newest version and each twice by definitions that differ in a comment. \`${ours}\` is what \`nx run-many\` does for a target, in one process: the image is built, taken from the engine, normalised, laid out, and the agent in it asked for its version. The others only build, with the builder that the docker client here has and with the engine's BuildKit, on the same base, from the same definitions. None finds a step in the engine's cache. A package that npm downloaded for one image is there for the next one of \`${ours}\`, as for builds of agents here; each round begins with no package. The others download each for each image, as \`docker build\` does.`,
    ],
    tables: [
      {
        title,
        head: ["", "s", "min", "max"],
        rows: rows.map((name) => {
          const walls = found.map((round) => round[name]);
          return row(name, walls);
        }),
      },
    ],
    targets: peers.map((peer) => ({
      what: `${ours}, of the time of ${peer}, ${title}`,
      figure: spreadOf(found.map((round) => round[ours] / round[peer])).median,
      side: "at most",
      bound: mostOfSingly,
      unit: "×",
    })),
  };
}

function row(name: string, walls: readonly number[]): readonly string[] {
  const { median, min, max } = spreadOf(walls);
  return [name, ...[median, min, max].map((ms) => (ms / msPerSecond).toFixed(1))];
}

const msPerSecond = 1000;
