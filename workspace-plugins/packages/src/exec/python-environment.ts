import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { ok, parseJson, readTextIfPresent } from "@slipway/signature/basics";
import { z } from "zod";
import { requirementLine } from "../show-deps/merge.ts";
import { outcomeOf, runStep, step } from "./making.ts";
import type { Made, Maker, Making } from "./making.ts";

/** By uv, or else by pip. What was chosen before is installed by its hashes, and nothing else. */
export async function makePython(maker: Maker, making: Making): Promise<Made> {
  const { partial, needs } = making;
  const lines = needs.map((one) => `${requirementLine(one)}\n`).join("");
  await writeFile(path.join(partial, "requirements.txt"), lines);
  const hasUv = (await runStep(maker, partial, ["uv", "--version"])).state === "ended";
  const made = await (hasUv ? byUv(maker, making) : byPip(maker, making));
  if (!made.ok) return made;
  const venv = path.join(partial, ".venv");
  await renamePaths(path.join(venv, "bin"), venv, path.join(making.folder, ".venv"));
  return made;
}

export function pythonIn(folder: string): string {
  return path.join(folder, ".venv", "bin", "python");
}

async function byUv(maker: Maker, { partial, chosen }: Making): Promise<Made> {
  const { program } = maker.runtime;
  const wanted = path.join(partial, "requirements.txt");
  const locked = path.join(partial, "locked.txt");
  const builds = onlyWheels(maker);
  const quietly = ["--quiet", "--python"];
  if (chosen !== undefined) await writeFile(locked, chosen);
  const plain = ["--no-header", "--no-annotate", "--generate-hashes", ...builds];
  const choose = ["uv", "pip", "compile", ...quietly, program, ...plain, "--output-file", locked];
  const steps = [
    ["uv", "venv", "--quiet", "--relocatable", "--python", program, path.join(partial, ".venv")],
    ...(chosen === undefined ? [[...choose, wanted]] : []),
    [
      "uv",
      "pip",
      "install",
      ...quietly,
      pythonIn(partial),
      ...builds,
      "--require-hashes",
      "-r",
      locked,
    ],
  ];
  for (const command of steps) {
    const done = await step(maker, partial, command);
    if (!done.ok) return done;
  }
  return ok(await readFile(locked, "utf8"));
}

async function byPip(maker: Maker, { partial, chosen }: Making): Promise<Made> {
  const { program } = maker.runtime;
  const venv = await step(maker, partial, [program, "-m", "venv", path.join(partial, ".venv")]);
  if (!venv.ok) return venv;
  const pip = [pythonIn(partial), "-m", "pip", "install", "--quiet", "--no-input"];
  const install = [...pip, ...onlyWheels(maker)];
  if (chosen !== undefined) {
    const locked = path.join(partial, "locked.txt");
    await writeFile(locked, chosen);
    const done = await step(maker, partial, [...install, "--require-hashes", "-r", locked]);
    return done.ok ? ok(chosen) : done;
  }
  const wanted = ["-r", path.join(partial, "requirements.txt")];
  const report = path.join(partial, "report.json");
  const telling = [...install, "--report", report, ...wanted];
  const told = await runStep(maker, partial, telling);
  // Before 22.2 pip cannot say what it chose.
  const isOld = told.state === "ended" && told.output.includes("no such option: --report");
  const done = isOld
    ? await step(maker, partial, [...install, ...wanted])
    : outcomeOf(maker, telling, told);
  return done.ok ? ok(lockOf((await readTextIfPresent(report)) ?? "")) : done;
}

function onlyWheels({ allowsBuilds }: Maker): readonly string[] {
  return allowsBuilds ? [] : ["--only-binary", ":all:"];
}

/** https://pip.pypa.io/en/stable/reference/installation-report/ */
const Report = z.object({
  install: z.array(
    z.object({
      metadata: z.object({ name: z.string(), version: z.string() }),
      download_info: z.object({
        archive_info: z.object({ hashes: z.object({ sha256: z.string() }) }),
      }),
    }),
  ),
});

/** `undefined` where one of them has no hash: it could not be told again whether it is the same. */
function lockOf(report: string): string | undefined {
  const installed = Report.safeParse(parseJson(report)).data?.install;
  return installed
    ?.map(({ metadata: { name, version }, download_info: { archive_info } }) => {
      return `${name}==${version} --hash=sha256:${archive_info.hashes.sha256}\n`;
    })
    .toSorted()
    .join("");
}

/** The first lines of scripts name the folder where they were made. */
async function renamePaths(folder: string, from: string, to: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const { mode } = await stat(file);
    const text = await readFile(file, "latin1");
    // Programs are no text; Python's is a link to one.
    if (text.includes("\0") || !text.includes(from)) continue;
    await writeFile(file, text.replaceAll(from, to), { encoding: "latin1", mode });
  }
}
