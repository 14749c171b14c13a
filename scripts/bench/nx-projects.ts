import path from "node:path";
import { scaled } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { generateProjects } from "./job-graphs.ts";
import { openNxWorkspace } from "./nx-workspace.ts";
import { beyond, race, turnsOf } from "./race.ts";
import type { Contender, Race } from "./race.ts";
import { raceTable, ratioTarget } from "./section.ts";
import type { Findings, Part, Target } from "./section.ts";
import { spreadOf } from "./spread.ts";

const projectCount = 500;
const rounds = 9;
const ours = "nx run-many -t signature";
const noop = "the same with nx:noop";
const hooked = "nx run-many -t other, with our hooks";
const bare = "nx run-many -t other, with hooks that do nothing";
const hooks = "@slipway/executors/plugin";
const inference = "@slipway/pipelines/plugin";
/** What Nx itself takes for any plugin with hooks is none of ours. */
const emptyHooks = "./empty-hooks.cjs";

export const nxProjects: Part = { id: "nx", title: "Under Nx", measure };

async function measure(bench: Bench): Promise<Findings> {
  const count = scaled(bench, projectCount);
  const folders = {
    ours: await openWorkspace(bench, "ours", { count, plugins: [hooks, inference] }),
    bare: await openWorkspace(bench, "bare", { count, plugins: [emptyHooks, inference] }),
    noop: await openWorkspace(bench, "noop", { count, plugins: [], executor: "nx:noop" }),
  };
  const signed = await race(
    bench,
    `signatures of ${count} projects, nothing changed`,
    [
      runMany(ours, folders.ours, { target: "signature", count }),
      runMany(noop, folders.noop, { target: "signature", count }),
    ],
    rounds,
  );
  const other = await race(
    bench,
    "a command that asks for no target of ours",
    [
      runMany(hooked, folders.ours, { target: "other", count: 1 }),
      runMany(bare, folders.bare, { target: "other", count: 1 }),
    ],
    rounds,
  );
  return {
    text: [
      `\`NX_DAEMON=false\`, and \`NX_ISOLATE_PLUGINS=false\` in \`.env\` as in this repository. ${count} projects of 20 files, each with a \`cig.toml\` whose plugin infers its target \`signature\`; the peer has the same files, none of our plugins, and a \`project.json\` each with \`nx:noop\` under that name. The second table is one \`nx:noop\` of another name in the workspace with our plugins, with \`${hooks}\` in nx.json, and with a plugin whose hooks return at once in its place. What our hooks add is the median of the differences of the rounds; the noise is the width of the middle half of the times of the other.`,
    ],
    tables: [
      raceTable(`nx run-many -t signature, ${count} projects, nothing changed`, signed, [noop]),
      raceTable("A command with no target of ours", other, [bare]),
    ],
    targets: [ratioTarget(signed, ours, noop, 1.3), hookCost(other)],
  };
}

type WorkspaceShape = {
  readonly count: number;
  readonly plugins: readonly string[];
  readonly executor?: string;
};

async function openWorkspace(bench: Bench, name: string, shape: WorkspaceShape): Promise<string> {
  const folder = path.join(bench.folder, "nx-projects", name);
  bench.say(`workspace: ${shape.count} projects, ${name}`);
  generateProjects(folder, shape.count, shape.executor);
  return openNxWorkspace(bench, folder, {
    name: "bench",
    plugins: shape.plugins,
    files: {
      [emptyHooks]: "exports.preTasksExecution = exports.postTasksExecution = async () => {};\n",
      "project.json": { name: "other", targets: { other: { executor: "nx:noop" } } },
    },
  });
}

function runMany(
  name: string,
  folder: string,
  { target, count }: { readonly target: string; readonly count: number },
): Contender {
  const expected = count === 1 ? `ran target ${target}` : `ran target ${target} for ${count} proj`;
  return {
    name,
    command: { words: ["nx", "run-many", "-t", target], folder },
    problem: (output) =>
      output.includes(`Successfully ${expected}`) ? undefined : `not all of ${count} tasks ran`,
  };
}

/** What the hooks add to a command, against how much the rounds of the command without them differ. */
function hookCost(found: Race): Target {
  const without = turnsOf(found, bare).map(({ wallMs }) => wallMs);
  return {
    what: "time that our hooks add to a command with no target of ours, against the noise",
    figure: beyond(found, hooked, bare).median,
    side: "at most",
    bound: Math.round(middleHalf(without)),
    unit: "ms",
  };
}

/** From the first quartile to the third. */
function middleHalf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const quarter = Math.floor(sorted.length / 4);
  return spreadOf(sorted.slice(quarter, sorted.length - quarter)).max - (sorted[quarter] ?? 0);
}
