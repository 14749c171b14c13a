import path from "node:path";
import { Plugin as Service } from "@slipway/pipeline-sdk/protocol";
import { confine, launchOf, probeSandbox, runHook, startPlugins } from "@slipway/pipelines/plugins";
import type { PluginProgram } from "@slipway/pipelines/plugins";
import type { Bench } from "./bench.ts";
import { repository } from "./processes.ts";
import type { Findings, Part } from "./section.ts";
import { spreadOf } from "./spread.ts";
import type { Spread } from "./spread.ts";

const rounds = 31;
const callsPerStart = 20;
const limits = { limitMs: 20_000 };
const startBoundMs = 150;
const callBoundMs = 5;

export const plugins: Part = { id: "plugins", title: "Plugins of pipelines", measure };

async function measure(bench: Bench): Promise<Findings> {
  const folder = path.join(repository, "workspace-plugins/pipeline-sdk");
  const greeter = launchOf(path.join(folder, "test/greeter.ts"));
  const program = { name: "lang/greeter", folder, ...greeter };
  const inside = { root: folder, hidden: [], folder, granted: [] };
  const programs = new Map([["as a process", program]]);
  const sandbox = await probeSandbox(bench.signal);
  if (sandbox.state === "enforced") {
    programs.set("in bubblewrap, of ours", confine(program, { ...inside, isOurs: true }));
    programs.set("in bubblewrap, another's", confine(program, { ...inside, isOurs: false }));
  }
  const found = [];
  for (const [name, one] of programs) found.push({ name, ...(await timesOf(bench, one)) });
  return {
    text: [
      "A plugin in TypeScript over our SDK: from before its process is made to its answer to the handshake, and then calls one after another, each with a request and an answer of some bytes. What the Node of a plugin of ours has compiled is kept; one of another has no place for that.",
    ],
    tables: [
      {
        title: "Milliseconds",
        head: ["", "to the first answer", "min", "max", "a call", "min", "max"],
        rows: found.map(({ name, starts, calls }) => [
          name,
          ...cells(starts, 0),
          ...cells(calls, 2),
        ]),
      },
    ],
    targets: found.flatMap(({ name, starts, calls }) => [
      target(`plugin in TypeScript, ${name}, to its first answer`, starts.median, startBoundMs),
      target(`plugin in TypeScript, ${name}, a call after it`, calls.median, callBoundMs),
    ]),
  };
}

function cells({ median, min, max }: Spread, digits: number): readonly string[] {
  return [median, min, max].map((ms) => ms.toFixed(digits));
}

function target(what: string, figure: number, bound: number) {
  return { what, figure, side: "at most", bound, unit: "ms" } as const;
}

const request = () => ({ repository: { root: "." } });

/** The first start of all is left out: it fills the cache of the file system. */
async function timesOf(bench: Bench, program: PluginProgram) {
  const starts: number[] = [];
  const calls: number[] = [];
  for (let round = 0; round <= (bench.rounds ?? rounds); round += 1) {
    bench.signal.throwIfAborted();
    const begun = performance.now();
    const started = await startPlugins([{ program, told: { granted: [] } }], limits);
    if (!started.ok) throw new Error(JSON.stringify(started.failure));
    await using all = started.value;
    if (round === 0) continue;
    starts.push(performance.now() - begun);
    for (let call = 0; call < callsPerStart; call += 1) {
      const asked = performance.now();
      const { failures } = await runHook(all.plugins, Service.method.detect, request, limits);
      if (failures.length > 0) throw new Error(JSON.stringify(failures));
      calls.push(performance.now() - asked);
    }
  }
  return { starts: spreadOf(starts), calls: spreadOf(calls) };
}
