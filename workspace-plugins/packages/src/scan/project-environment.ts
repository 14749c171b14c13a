import path from "node:path";
import { namesIn } from "@slipway/signature/names-in";
import { parseJson, readTextIfPresent } from "@slipway/signature/basics";
import semver from "semver";
import { z } from "zod";
import { parseGoModule } from "./go-origins.ts";
import type { GoModule } from "./go-origins.ts";

/** The `site-packages` of the environment that is active, else of the project's own; none where there is neither. */
export async function sitePackagesOf(
  projectFolder: string,
  virtualEnv: string | undefined,
): Promise<readonly string[]> {
  for (const name of [virtualEnv, ".venv", "venv"]) {
    if (name === undefined) continue;
    const environment = path.resolve(projectFolder, name);
    const versions = (await namesIn(path.join(environment, "lib"), { orDenied: true })).filter(
      (one) => one.startsWith("python"),
    );
    const folders = versions.map((one) => path.join(environment, "lib", one, "site-packages"));
    if (folders.length > 0) return folders.toSorted();
  }
  return [];
}

export async function goModuleOf(projectFolder: string): Promise<GoModule> {
  return parseGoModule((await readTextIfPresent(path.join(projectFolder, "go.mod"))) ?? "");
}

const packageJson = z.object({
  name: z.string().optional().catch(undefined),
  version: z.string().optional().catch(undefined),
  dependencies: z.record(z.string(), z.string()).catch({}),
  devDependencies: z.record(z.string(), z.string()).catch({}),
});

type PackageJson = z.output<typeof packageJson>;

/** `undefined` for a text that is none. */
export function packageJsonIn(text: string | undefined): PackageJson | undefined {
  return packageJson.safeParse(parseJson(text ?? "")).data;
}

/** What the project asks for of a package of npm, else the range of what is installed. */
export async function npmRangeIn(projectFolder: string, name: string): Promise<string | undefined> {
  const asked = await readPackageJson(projectFolder);
  const range = asked?.dependencies[name] ?? asked?.devDependencies[name];
  if (range !== undefined && semver.validRange(range) !== null) return range;
  const installed = await readPackageJson(path.join(projectFolder, "node_modules", name));
  const version = semver.valid(installed?.version);
  return version === null ? undefined : `^${version}`;
}

async function readPackageJson(folder: string): Promise<PackageJson | undefined> {
  return packageJsonIn(await readTextIfPresent(path.join(folder, "package.json")));
}
