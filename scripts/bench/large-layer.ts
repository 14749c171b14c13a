import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { startRegistryRig } from "@slipway/registry/rig";
import { scaled } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { race } from "./race.ts";
import { peakTarget, raceTable } from "./section.ts";
import type { Findings, Part } from "./section.ts";

const push = "slipway pkg push";
const pull = "slipway pkg pull";
const mostMb = 100;
const mebibyte = 1024 ** 2;

export const largeLayer: Part = { id: "layer", title: "Agent packages: a large layer", measure };

/** Every push is of a file that the registry does not have. */
async function measure(bench: Bench): Promise<Findings> {
  await using registry = await startRegistryRig();
  const folder = path.join(bench.folder, "large-package");
  const home = path.join(folder, "home");
  mkdirSync(home, { recursive: true });
  const mebibytes = scaled(bench, 2048);
  const reference = `${registry.host}/bench/large:1.0.0`;
  writeFileSync(
    path.join(folder, "aigogo.json"),
    JSON.stringify({
      name: "large",
      version: "1.0.0",
      language: { name: "python" },
      files: { include: ["large.bin"] },
    }),
  );
  const environment = { HOME: home };
  const title = `a layer of ${mebibytes} MiB, Docker Distribution`;
  const contenders = [
    {
      name: push,
      command: {
        words: ["slipway", "pkg", "push", reference, "--force"],
        folder,
        environment,
      } as const,
      prepare: (round: number) => writeLarge(path.join(folder, "large.bin"), mebibytes, round),
      problem: expectDone,
    },
    {
      name: pull,
      command: { words: ["slipway", "pkg", "pull", reference], folder, environment } as const,
      prepare: () => rmSync(path.join(home, ".aigogo"), { recursive: true, force: true }),
      problem: expectDone,
    },
  ];
  // One round more than is measured; a pull before the first push would find nothing.
  const found = await race(bench, title, contenders, 2);
  rmSync(folder, { recursive: true });
  return {
    text: [
      "A package of one file, pushed to Docker Distribution on this machine and pulled back, each a process of its own. Memory is the largest resident set that it ever had; Node alone takes about half of the bound.",
    ],
    tables: [raceTable(title, found, [])],
    targets: [peakTarget(found, push, mostMb), peakTarget(found, pull, mostMb)],
  };
}

function expectDone(output: string): string | undefined {
  return /✓ Successfully p|done/u.test(output) ? undefined : `no word of success: ${output}`;
}

/** Sparse, with the round's own bytes at its start: quick to make, and another file each time. */
function writeLarge(file: string, mebibytes: number, round: number): void {
  const open = openSync(file, "w");
  writeSync(open, `round ${round} ${Date.now()}`);
  ftruncateSync(open, mebibytes * mebibyte);
  closeSync(open);
}
