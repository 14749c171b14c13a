import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { digestOf, exists, hexOf } from "@slipway/signature";
import { linkProject } from "../src/link-project.ts";
import type { Installed } from "../src/links.ts";
import { isPackageKey } from "../src/package-name.ts";
import type { Language } from "../src/package-name.ts";
import { isPackagePath } from "../src/package-path.ts";

const run = promisify(execFile);

export type Texts = Readonly<Record<string, string>>;
export type Package = { readonly key: string; readonly language: Language; readonly files: Texts };

/** A folder with a home, its store, and any number of projects that link packages of it. */
export type LinkRig = AsyncDisposable & {
  readonly at: (...names: readonly string[]) => string;
  readonly write: (files: Texts) => Promise<void>;
  readonly store: (one: Package) => Promise<Installed>;
  readonly link: (
    project: string,
    packages: readonly Package[],
    virtualEnv?: string,
  ) => ReturnType<typeof linkProject>;
  /** Everything in the store, with sizes and times: equal texts, an untouched store. */
  readonly storeState: () => Promise<string>;
  /** What the program wrote, in a project and an environment of its own: both streams, trimmed. */
  readonly run: (
    project: string,
    program: string,
    args: readonly string[],
    environment?: Texts,
  ) => Promise<string>;
};

export async function openLinkRig(): Promise<LinkRig> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), "slipway-importing-")));
  const at = (...names: readonly string[]) => path.join(root, ...names);
  const store = async (one: Package) => storePackage(at("home"), one);
  return {
    at,
    store,
    write: async (files) => writeAll(root, files),
    link: async (project, packages, virtualEnv) => {
      const projectFolder = at(project);
      const aigogoFolder = at(project, ".aigogo");
      const installed = await Promise.all(packages.map(store));
      return linkProject({ projectFolder, aigogoFolder, virtualEnv }, installed);
    },
    storeState: async () => stateOf(at("home")),
    run: async (project, program, args, environment = {}) => {
      const env = { PATH: process.env["PATH"] ?? "", HOME: at("home"), ...environment };
      const { stdout, stderr } = await run(program, args, {
        cwd: path.resolve(root, project),
        env,
      });
      return `${stdout}${stderr}`.trim();
    },
    [Symbol.asyncDispose]: async () => {
      await run("chmod", ["-R", "u+w", root]);
      await rm(root, { recursive: true });
    },
  };
}

/** As a store entry lies on disk: read-only, under a digest. */
async function storePackage(home: string, one: Package): Promise<Installed> {
  if (!isPackageKey(one.key, one.language)) throw new Error(one.key);
  const integrity = digestOf(JSON.stringify(one));
  const hex = hexOf(integrity);
  const filesFolder = path.join(home, ".aigogo/store/sha256", hex.slice(0, 2), hex, "files");
  if (!(await exists(filesFolder))) {
    await writeAll(filesFolder, one.files);
    await run("chmod", ["-R", "a-w", filesFolder]);
  }
  const paths = Object.keys(one.files).filter(isPackagePath);
  const { key, language } = one;
  const locked = { key, version: "1.0.0", integrity, source: "a", language, files: paths };
  return { locked, filesFolder, files: paths.map((file) => ({ path: file })) };
}

async function writeAll(folder: string, files: Texts): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await chmod(path.dirname(file), 0o755);
    await writeFile(file, text);
  }
}

async function stateOf(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const lines = names.toSorted().map(async (name) => {
    const { mtimeMs, size, mode } = await stat(path.join(folder, name));
    return `${name} ${mtimeMs} ${size} ${mode}`;
  });
  return (await Promise.all(lines)).join("\n");
}
