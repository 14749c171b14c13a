// node scripts/pack-cli.ts FOLDER: makes FOLDER/slipway-<version>.tgz, `slipway pkg` as one npm package without dependencies.
// A machine without this workspace installs it with npm install --global, and needs Node alone.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { rolldown } from "rolldown";
import { z } from "zod";

const repository = path.join(import.meta.dirname, "..");
/** The first that unpacks zstd and can require a module. */
const oldestNode = "22.15";
/** Native code, not to be bundled. `slipway pkg` reaches the parser of JavaScript alone, where somebody has installed it. */
const external = ["dockerode", "nx", "@nx/devkit", "oxc-parser"];

/** For those who require it too, and not by its keys, which may be no names of variables. */
const jsonAsCommon = {
  name: "json-as-common",
  transform: {
    filter: { id: /\.json$/ },
    handler: (code: string) => ({ code: `module.exports = ${code}`, moduleType: "js" as const }),
  },
};

/** What CommonJS modules know by themselves. */
const commonNames = { __filename: "import.meta.filename", __dirname: "import.meta.dirname" };

/** What is imported is found as from `from`. */
async function bundle(from: string, input: string, file: string): Promise<void> {
  await using made = await rolldown({
    input,
    external,
    plugins: [jsonAsCommon],
    cwd: from,
    platform: "node",
    resolve: { mainFields: ["module", "main"] },
    logLevel: "silent",
    transform: { target: "node22", define: commonNames },
  });
  const names = { entryFileNames: path.basename(file), chunkFileNames: "chunks/[name]-[hash].js" };
  await made.write({ dir: path.dirname(file), format: "esm", minify: false, ...names });
}

function versionOfCli(): string {
  const text = readFileSync(path.join(repository, "tools/cli/package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

function writeManifest(folder: string, manifest: object): void {
  writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

async function fill(folder: string): Promise<void> {
  const program = path.join(folder, "slipway.js");
  const cli = path.join(repository, "tools/cli");
  await bundle(cli, path.join(cli, "src/pkg-main.ts"), path.join(folder, "main.js"));
  // What `install` copies into a project, read from beside the code that does it.
  const packages = path.join(repository, "workspace-plugins/packages/src");
  cpSync(path.join(packages, "project"), path.join(folder, "chunks/project"), { recursive: true });
  // What reads the sources of a package, in processes of their own.
  const readers = path.join(folder, "chunks/readers");
  const reader = path.join(packages, "scan/readers/javascript-program.ts");
  await bundle(packages, reader, path.join(readers, "javascript-program.js"));
  copyFileSync(
    path.join(packages, "scan/readers/python-program.py"),
    path.join(readers, "python-program.py"),
  );
  // A file of its own, since an older Node stops at the first word of the others that it cannot read.
  writeFileSync(
    program,
    `#!/usr/bin/env node
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(\`slipway needs Node >= ${oldestNode} and runs on \${process.version} (\${process.execPath})\\n\`);
  process.exit(1);
}
await import("./main.js");
`,
  );
  chmodSync(program, 0o755);
  // Required when a text needs it, and so in a place where a require finds it.
  const width = path.join(folder, "node_modules", "string-width");
  mkdirSync(width, { recursive: true });
  const report = path.join(repository, "workspace-plugins/report");
  await bundle(report, "string-width", path.join(width, "index.js"));
  writeManifest(width, {
    name: "string-width",
    version: "0.0.0",
    type: "module",
    main: "index.js",
  });
  writeManifest(folder, {
    name: "slipway",
    version: versionOfCli(),
    description: "slipway pkg: agent packages from any container registry.",
    license: "Apache-2.0",
    type: "module",
    bin: { slipway: "slipway.js" },
    engines: { node: `>=${oldestNode}` },
    bundledDependencies: ["string-width"],
    dependencies: { "string-width": "0.0.0" },
  });
}

/** Whatever a command is going to load: what was bundled in a wrong way fails here. */
async function loadAll(chunks: string): Promise<void> {
  for (const name of readdirSync(chunks)) {
    if (name.endsWith(".js")) await import(path.join(chunks, name));
  }
}

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error("usage: node scripts/pack-cli.ts FOLDER");
const folder = mkdtempSync(path.join(tmpdir(), "slipway-cli-"));
try {
  await fill(folder);
  await loadAll(path.join(folder, "chunks"));
  const words = ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder];
  const name = execFileSync("npm", words, { cwd: folder, encoding: "utf8" }).trim();
  mkdirSync(target, { recursive: true });
  copyFileSync(path.join(folder, name), path.join(target, name));
  process.stdout.write(`${path.resolve(target, name)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
