import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { digestOf } from "@slipway/signature";
import tar from "tar-stream";
import { z } from "zod";
import { openLedger } from "../src/record/ledger.ts";
import type { ReleaseTask } from "../src/release/open-release.ts";
import { startNpmRegistry } from "./npm-registry.ts";
import type { NpmRegistry } from "./npm-registry.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A project with one package to release, and what is said of it while it is released. */
export type ReleasedProject = {
  readonly name: string;
  readonly task: ReleaseTask;
  readonly told: string[];
  /** Writes the package: its version, its ids, and other files. */
  readonly write: (version: string, files?: Readonly<Record<string, string>>) => Promise<void>;
  /** Puts a version into the registry without npm, as `latest`, with these files. */
  readonly publish: (version: string, files: Readonly<Record<string, string>>) => Promise<void>;
  /** Records which processes are deployed. */
  readonly deployed: (process: string) => Promise<void>;
};

export type ReleaseRig = AsyncDisposable & {
  readonly folder: string;
  readonly registry: NpmRegistry;
  /** With the token; `HOME` has an .npmrc and nothing else. */
  readonly environment: Environment;
  /** The same with other lines in the .npmrc. */
  readonly environmentWith: (lines: readonly string[]) => Promise<Environment>;
  readonly project: (name: string, signal?: AbortSignal) => Promise<ReleasedProject>;
  /** What the registry shows of a package: its tags, and the text of each version that has one. */
  readonly shown: (name: string) => Promise<Shown>;
  /** Files below the rig's folder, the .npmrc left out, that have this text in them. */
  readonly filesWith: (text: string) => Promise<readonly string[]>;
};

type Shown = {
  readonly tags: Readonly<Record<string, string>>;
  readonly versions: readonly string[];
  readonly deprecated: Readonly<Record<string, string>>;
};

/** An id as processes have them, whose bytes are all this letter's. */
export function idOf(letter: string): string {
  return letter.repeat(42) + "A";
}

export async function startReleaseRig(): Promise<ReleaseRig> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-npm-rig-"));
  const registry = await startNpmRegistry(path.join(folder, "verdaccio"));
  const host = registry.url.replace("http:", "");
  const environmentWith = async (lines: readonly string[]): Promise<Environment> => {
    const home = await mkdtemp(path.join(folder, "home-"));
    const settings = ["fetch-retries=0", "update-notifier=false", ...lines];
    await writeFile(path.join(home, ".npmrc"), `${settings.join("\n")}\n`);
    return { PATH: process.env["PATH"], HOME: home };
  };
  const registryLine = `registry=${registry.url}`;
  const environment = await environmentWith([registryLine, `${host}:_authToken=${registry.token}`]);
  const workspace = path.join(folder, "workspace");
  await mkdir(workspace);
  await writeFile(path.join(workspace, "nx.json"), "{}");
  return {
    folder,
    registry,
    environment,
    environmentWith,
    project: (name, signal) => openProject(workspace, registry, name, signal),
    shown: async (name) => {
      const answer = await fetch(`${registry.url}${encodeURIComponent(name)}`);
      return shownOf(Packument.parse(await answer.json()));
    },
    filesWith: async (text) => {
      const names = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = names
        .filter((each) => each.isFile() && each.name !== ".npmrc")
        .map((each) => path.join(each.parentPath, each.name));
      const found = await Promise.all(
        files.map(async (file) => ((await readFile(file)).includes(text) ? [file] : [])),
      );
      return found.flat();
    },
    [Symbol.asyncDispose]: async () => {
      await registry[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

const Packument = z.object({
  "dist-tags": z.record(z.string(), z.string()),
  versions: z.record(z.string(), z.object({ deprecated: z.string().optional() })),
});

function shownOf(packument: z.output<typeof Packument>): Shown {
  const texts = Object.entries(packument.versions).flatMap(([version, { deprecated }]) =>
    deprecated === undefined ? [] : [[version, deprecated] as const],
  );
  return {
    tags: packument["dist-tags"],
    versions: Object.keys(packument.versions),
    deprecated: Object.fromEntries(texts),
  };
}

async function openProject(
  workspaceRoot: string,
  registry: NpmRegistry,
  name: string,
  signal = new AbortController().signal,
): Promise<ReleasedProject> {
  const projectRoot = `apps/${name}`;
  const folder = path.join(workspaceRoot, projectRoot);
  await mkdir(path.join(folder, "cli"), { recursive: true });
  await writeFile(path.join(folder, "ao.yml"), definition(name));
  const told: string[] = [];
  return {
    name: `@acme/${name}`,
    told,
    task: {
      workspaceRoot,
      projectRoot,
      projectName: name,
      signal,
      progress: (line) => void told.push(line),
      once: async (_question, ask) => ask(),
      counted: (_world, question) => void told.push(question),
    },
    write: async (version, files = {}) => {
      const packageJson = { name: `@acme/${name}`, version, files: ["*.json", "*.js"] };
      const all = {
        "package.json": JSON.stringify(packageJson),
        "ids.json": JSON.stringify({ registry: idOf("r") }),
        ...files,
      };
      for (const [file, text] of Object.entries(all)) {
        await writeFile(path.join(folder, "cli", file), text);
      }
    },
    publish: async (version, files) => {
      const packageJson = JSON.stringify({ name: `@acme/${name}`, version });
      const tarball = await tarballOf({ "package.json": packageJson, ...files });
      await putVersion(registry, { name: `@acme/${name}`, version, tarball });
      registry.writes.length = 0;
    },
    deployed: async (process) => {
      const digest = digestOf("a test");
      const project = { projectRoot, project: name, deployTarget: "dev", isLocal: true };
      await openLedger({ workspaceRoot, ...project }).write("registry", () => ({
        state: "deployed",
        process,
        owner: idOf("o"),
        spawnDigest: digest,
        codeDigest: digest,
        linksDigest: digest,
        handlers: [],
        provenBy: "live-read",
        history: [],
      }));
    },
  };
}

function definition(name: string): string {
  return `name: ${name}
processes: { registry: { source: a.lua } }
targets: { dev: { mode: legacy, network: local } }
release:
  target: dev
  packages: [{ folder: cli, ids: ids.json }]
`;
}

async function tarballOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const pack = tar.pack();
  for (const [name, text] of Object.entries(files)) pack.entry({ name: `package/${name}` }, text);
  pack.finalize();
  return gzipSync(await buffer(pack));
}

/** As the npm client does it. */
async function putVersion(
  { url, token }: NpmRegistry,
  { name, version, tarball }: { name: string; version: string; tarball: Buffer },
): Promise<void> {
  const file = `${name}-${version}.tgz`;
  const dist = {
    integrity: `sha512-${createHash("sha512").update(tarball).digest("base64")}`,
    shasum: createHash("sha1").update(tarball).digest("hex"),
    tarball: `${url}${name}/-/${file}`,
  };
  const attachment = {
    content_type: "application/octet-stream",
    data: tarball.toString("base64"),
    length: tarball.length,
  };
  const answer = await fetch(`${url}${encodeURIComponent(name)}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      _id: name,
      name,
      "dist-tags": { latest: version },
      versions: { [version]: { name, version, dist } },
      _attachments: { [file]: attachment },
    }),
  });
  if (!answer.ok) throw new Error(`verdaccio refused ${name}@${version}: ${answer.status}`);
}
