import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { commitAll } from "./commit-all.ts";
import { repository } from "./processes.ts";
import type { Ground } from "./processes.ts";

export type NxWorkspace = {
  readonly name: string;
  readonly plugins: readonly string[];
  /** Beside what every such workspace has: their texts by their paths, a value as JSON. */
  readonly files?: Readonly<Record<string, string | object>>;
};

/** With the packages of this repository, so that all sides of a race run the same Nx; committed. */
export async function openNxWorkspace(
  ground: Ground,
  folder: string,
  { name, plugins, files = {} }: NxWorkspace,
): Promise<string> {
  const settings = {
    analytics: false,
    neverConnectToCloud: true,
    cacheDirectory: ".nx/cache",
    defaultBase: "main",
    parallel: 2,
    plugins,
  };
  const all = {
    "nx.json": settings,
    "package.json": { name, version: "0.0.0", private: true },
    ".gitignore": "node_modules\n.nx\n.slipway\ndist\n",
    ...files,
  };
  for (const [file, content] of Object.entries(all)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    const text = typeof content === "string" ? content : `${JSON.stringify(content)}\n`;
    writeFileSync(path.join(folder, file), text);
  }
  // Nx reads `.env`: all have plugins in its own process, as this repository does.
  for (const file of ["package-lock.json", ".env"]) {
    copyFileSync(path.join(repository, file), path.join(folder, file));
  }
  symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
  await commitAll(ground, folder);
  return folder;
}
