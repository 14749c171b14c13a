import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { z } from "zod";
import type { Bench } from "./bench.ts";
import { openNxWorkspace } from "./nx-workspace.ts";
import { outputOf, repository, start } from "./processes.ts";
import { beyond, race } from "./race.ts";
import type { Contender, Race } from "./race.ts";
import { raceTable } from "./section.ts";
import type { Findings, Part, Target } from "./section.ts";

const rounds = 7;
const sizeBytes = 30_000;
const noop = "nx:noop";
const bounds = { unchanged: 1000, first: 2000, upgrade: 1000 } as const;
type Kind = keyof typeof bounds;
const modes = ["legacy", "mainnet"] as const;
type Mode = (typeof modes)[number];

export const deployments: Part = {
  id: "ao",
  title: "AO processes: deployments to the local network",
  measure,
};

const Network = z.looseObject({
  mu: z.string(),
  su: z.string(),
  cu: z.string(),
  url: z.string(),
  gateway: z.string(),
  module: z.string(),
  scheduler: z.string(),
  authority: z.string(),
  wallet: z.string(),
});
type Network = z.output<typeof Network>;

async function measure(bench: Bench): Promise<Findings> {
  const state = path.join(bench.folder, "ao-network");
  const serve = path.join(repository, "infra/ao-network/src/serve.ts");
  const cache = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  await using _network = await start(
    bench,
    {
      words: ["node", serve, "--state", state],
      folder: repository,
      // The aos module is there already.
      environment: { XDG_CACHE_HOME: cache },
    },
    (output) => output.includes("\n"),
  );
  const text = readFileSync(path.join(state, "network.json"), "utf8");
  const network = Network.parse(JSON.parse(text));
  const findings = [];
  for (const mode of modes) findings.push(await measureMode(bench, mode, network));
  return {
    text: [
      `One process of ${sizeBytes / 1000} KB of Lua, bundled before; \`nx run <project>:ao-deploy\`, of which the bundle is found in Nx's cache, beside the same graph of \`nx:noop\`. \`NX_DAEMON=false\`. What is measured beyond it: reading the definition and the bundle, signing, and every request until the process has answered with its own digest and the record is written. The network is the local one with the real aos module, and runs on the same two cores.`,
    ],
    tables: findings.map(({ table }) => table),
    targets: findings.flatMap(({ targets }) => targets),
  };
}

async function measureMode(
  bench: Bench,
  mode: Mode,
  network: Network,
): Promise<{
  readonly table: ReturnType<typeof raceTable>;
  readonly targets: readonly Target[];
}> {
  const title = `${mode}: a process of ${sizeBytes / 1000} KB`;
  const kinds: readonly Kind[] = ["unchanged", "first", "upgrade"];
  const contenders: Contender[] = [];
  for (const kind of kinds) contenders.push(await deploying(bench, mode, kind, network));
  contenders.push(await idle(bench, mode));
  const found = await race(bench, title, contenders, rounds);
  const targets = kinds.map((kind) => targetOf(found, title, kind));
  return { table: raceTable(title, found, [noop]), targets };
}

function targetOf(found: Race, title: string, kind: Kind): Target {
  const figure = beyond(found, kind, noop).median;
  const what = `${title}, ${kind}: time beyond ${noop}`;
  return { what, figure, side: "at most", bound: bounds[kind], unit: "ms" };
}

/** Why, as the executor says it. */
const said: Readonly<Record<Kind, RegExp>> = {
  unchanged: /the process answered with this code/,
  first: /first deployment/,
  upgrade: /the code changed/,
};

async function deploying(
  bench: Bench,
  mode: Mode,
  kind: Kind,
  network: Network,
): Promise<Contender> {
  // Of one name they would be one process, found again by its tags.
  const name = `${mode}-${kind}`;
  const folder = await openNxWorkspace(bench, path.join(bench.folder, "deployments", name), {
    name: `bench-${name}`,
    plugins: ["@slipway/executors/plugin", "@slipway/processes/plugin"],
    files: { [`${name}/ao.yml`]: definition(mode, network, "none"), [`${name}/main.lua`]: lua(0) },
  });
  const project = path.join(folder, name);
  const write = (file: string, text: string): void => writeFileSync(path.join(project, file), text);
  const nx = (target: string) => outputOf(bench, { words: ["nx", "run", target], folder });
  await nx(`${name}:ao-bundle`);
  if (kind !== "first") await nx(`${name}:ao-deploy`);
  return {
    name: kind,
    command: { words: ["nx", "run", `${name}:ao-deploy`], folder },
    prepare: async (round) => {
      if (kind === "unchanged") return;
      // Another tag is another process; other code is an upgrade of the one that is there.
      if (kind === "first") {
        rmSync(path.join(project, "deployments"), { recursive: true, force: true });
        write("ao.yml", definition(mode, network, `round-${round}`));
      } else write("main.lua", lua(round + 1));
      await nx(`${name}:ao-bundle`);
    },
    problem: (output) =>
      said[kind].test(output) ? undefined : `it did not say what it did: ${output.slice(-700)}`,
  };
}

async function idle(bench: Bench, mode: Mode): Promise<Contender> {
  const name = `${mode}-noop`;
  const target = { executor: noop, cache: true, outputs: ["{projectRoot}/dist/ao-bundle"] };
  const targets = {
    "ao-bundle": target,
    "ao-deploy": { executor: noop, dependsOn: ["ao-bundle"] },
  };
  const folder = await openNxWorkspace(bench, path.join(bench.folder, "deployments", name), {
    name: `bench-${name}`,
    plugins: [],
    files: { [`${name}/project.json`]: { name, targets } },
  });
  return {
    name: noop,
    command: { words: ["nx", "run", `${name}:ao-deploy`], folder },
    problem: (output) => (output.includes("Successfully ran") ? undefined : "Nx did not run it"),
  };
}

function definition(mode: Mode, network: Network, tag: string): string {
  const { mu, su, cu, url, gateway, module, scheduler, authority, wallet } = network;
  const units = mode === "legacy" ? { mu, su, cu } : { url };
  const target = {
    mode,
    ...units,
    gateway,
    module,
    scheduler,
    authority,
    wallet: { file: wallet },
    preflight: "off",
  };
  const process = { source: "main.lua", tags: { Round: tag } };
  return JSON.stringify({ name: "x", processes: { main: process }, targets: { there: target } });
}

/** Handlers until it is of the size that is asked for. */
function lua(version: number): string {
  let text = `Version = ${version}\n`;
  for (let at = 0; text.length < sizeBytes; at += 1) {
    text += `Handlers.add("Action-${at}", "Action-${at}", function (msg)\n  local count = (Counts or {})["${at}"] or 0\n  msg.reply({ Data = tostring(count + ${at}) })\nend)\n`;
  }
  return text;
}
