import { symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { ok, readTextIfPresent } from "@slipway/signature/basics";
import { step } from "./making.ts";
import type { Made, Maker, Making } from "./making.ts";

/** By npm. Node looks for dependencies from where a file lies: `files` is the package, and they lie beside it. */
export async function makeNode(maker: Maker, { partial, needs, chosen }: Making): Promise<Made> {
  const dependencies = Object.fromEntries(needs.map(({ name, range }) => [name, range]));
  // Without a name npm would write that of the folder into the lock.
  const manifest = JSON.stringify(
    { name: "environment", private: true, dependencies },
    undefined,
    2,
  );
  await writeFile(path.join(partial, "package.json"), `${manifest}\n`);
  const locked = path.join(partial, "package-lock.json");
  if (chosen !== undefined) await writeFile(locked, chosen);
  const install = chosen === undefined ? ["install", "--package-lock"] : ["ci"];
  const noBuilds = maker.allowsBuilds ? [] : ["--ignore-scripts"];
  const quietly = ["--no-audit", "--no-fund", "--loglevel=error"];
  const done = await step(maker, partial, [
    "npm",
    ...install,
    "--prefix",
    partial,
    ...noBuilds,
    ...quietly,
  ]);
  if (!done.ok) return done;
  await symlink(maker.filesFolder, path.join(partial, "files"));
  return ok(await readTextIfPresent(locked));
}
