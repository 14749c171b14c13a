import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Beside its package.json. */
const sourcesPerJob = 50;
const sourcesPerFolder = 10;
const graphDepth = 6;
const sourceBytes = 2048;

/** What our tools, Nx and Turborepo keep in a workspace is no file of it. */
const ignored = "node_modules\n.nx\n.slipway\n.turbo\ndist\n";

/**
 * For `slipway signature` and its peers: `count` jobs of one `cig.toml`, each with a package of 51 files that it reads, six
 * deep by their needs; the same graph for Turborepo (package.json of each, turbo.json). The caller runs `git init`
 * and, for Turborepo, installs it. 200 jobs make 10 203 files, 2 000 make 102 003.
 */
export function generateJobs(folder: string, count: number): void {
  const write = writerIn(folder);
  const jobs = Array.from({ length: count }, (_, index) => ({
    name: nameOf(index),
    needs: needsOf(index, count).map(nameOf),
  }));
  for (const { name, needs } of jobs) {
    const dependencies = Object.fromEntries(needs.map((need) => [need, "*"]));
    const scripts = { build: "true" };
    writeJson(write, `packages/${name}/package.json`, {
      name,
      version: "1.0.0",
      scripts,
      dependencies,
    });
    writeSources(write, `packages/${name}`, sourcesPerJob);
  }
  write("cig.toml", pipelineOf("fleet", jobs));
  write(".gitignore", ignored);
  writeJson(write, "package.json", {
    name: "graph",
    private: true,
    packageManager: "npm@11.0.0",
    workspaces: ["packages/*"],
  });
  writeJson(write, "turbo.json", {
    tasks: { build: { dependsOn: ["^build"], outputs: ["dist/**"] } },
  });
}

/**
 * For `nx run-many -t signature`: `count` projects of 20 files, each with a `cig.toml` of one job. With `executor` each
 * has a project.json with a target `signature` of that executor in place of it (`nx:noop`). The caller writes nx.json and
 * links node_modules.
 */
export function generateProjects(folder: string, count: number, executor?: string): void {
  const write = writerIn(folder);
  for (let index = 0; index < count; index += 1) {
    const name = nameOf(index);
    const root = `packages/${name}`;
    writeSources(write, root, 19);
    if (executor === undefined) {
      write(`${root}/cig.toml`, pipelineOf(name, [{ name, needs: [] }], "src/**"));
    } else {
      const targets = { signature: { executor } };
      writeJson(write, `${root}/project.json`, { name, root, tags: ["slipway"], targets });
    }
  }
  write(".gitignore", ignored);
}

type Write = (file: string, text: string) => void;

function writerIn(folder: string): Write {
  return (file, text) => {
    const absolute = path.join(folder, file);
    mkdirSync(path.dirname(absolute), { recursive: true });
    writeFileSync(absolute, text);
  };
}

function writeJson(write: Write, file: string, value: unknown): void {
  write(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

function writeSources(write: Write, root: string, count: number): void {
  for (let file = 0; file < count; file += 1) {
    const name = `${root}/src/m${Math.floor(file / sourcesPerFolder)}/f${file}.ts`;
    const line = `// ${name}\n`;
    write(name, line.repeat(Math.ceil(sourceBytes / line.length)).slice(0, sourceBytes));
  }
}

function nameOf(index: number): string {
  return `p${String(index).padStart(4, "0")}`;
}

/** Up to three of the layer before. */
function needsOf(index: number, count: number): readonly number[] {
  const width = Math.ceil(count / graphDepth);
  if (index < width) return [];
  const before = (Math.floor(index / width) - 1) * width;
  const places = [index % width, (index * 7) % width, (index * 13) % width];
  return [...new Set(places)].map((place) => before + place);
}

function pipelineOf(
  project: string,
  jobs: readonly { readonly name: string; readonly needs: readonly string[] }[],
  reads = "**",
): string {
  const head = `version = "0.2"\n\n[project]\nname = "${project}"\n`;
  const tables = jobs.map(({ name, needs }) =>
    [
      `[jobs.${name}]`,
      `needs = [${needs.map((need) => `"${need}"`).join(", ")}]`,
      'image = "node:26"',
      `source_files = ["packages/${name}/${reads}"]`,
      'steps = [{ run = "npm ci" }, { run = "npm run build" }]',
    ].join("\n"),
  );
  return `${[head, ...tables].join("\n\n")}\n`;
}
