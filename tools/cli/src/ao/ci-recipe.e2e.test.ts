import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { startNetwork } from "@slipway/ao-network";
import { piecesOf } from "@slipway/processes/key-material";
import { startReleaseRig } from "@slipway/processes/release-rig";
import { expect, test } from "vitest";
import { runGithubJob } from "../../test/ci-machine.ts";
import type { Machine } from "../../test/ci-machine.ts";
import { githubSteps } from "../../test/recipes.ts";

// The jobs of examples/ci-recipes/github-processes.yml, each in a clone and a home of its own, against the local network and
// a real npm registry.

const repository = path.join(import.meta.dirname, "../../../..");

const definition = (site: object) => `name: skills
processes:
  registry: { source: registry.lua, checks: [{ action: Info, expect: { data: hello } }] }
targets:
  testnet: ${JSON.stringify({ ...site, wallet: { env: "TESTNET_WALLET" } })}
  production: ${JSON.stringify({
    ...site,
    wallet: { env: "PRODUCTION_WALLET" },
    promotion: { from: "testnet" },
  })}
release:
  target: production
  packages: [{ folder: ../client/dist, ids: ids.json }]
`;

const client = {
  name: "client",
  implicitDependencies: ["skills"],
  targets: {
    build: {
      executor: "nx:run-commands",
      options: {
        command: "node build.cjs",
        cwd: "{projectRoot}",
      },
      dependsOn: [{ projects: ["skills"], target: "ao-ids" }],
    },
  },
};

/** A package has the ids of the deploy target that it is for, and of no other. */
const build = `const { copyFileSync, mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const ids = JSON.parse(readFileSync("../skills/dist/ao-ids/ids.json", "utf8"));
mkdirSync("dist", { recursive: true });
copyFileSync("package.json", "dist/package.json");
writeFileSync("dist/ids.json", JSON.stringify(ids.production));
`;

const installed = { ajv: "8.20.0", luaparse: "0.3.1", yaml: "2.9.1", zod: "4.6.7" };
const locked: Readonly<Record<string, object>> = Object.fromEntries(
  Object.entries(installed).map(([name, version]) => [`node_modules/${name}`, { version }]),
);

const workspace = (site: object) => ({
  "nx.json": {
    analytics: false,
    neverConnectToCloud: true,
    plugins: ["@slipway/executors/plugin", "@slipway/processes/plugin"],
  },
  "package.json": { name: "workspace", private: true },
  "package-lock.json": {
    lockfileVersion: 3,
    packages: { "": { dependencies: installed }, ...locked },
  },
  ".gitignore": "node_modules\n.nx\n.slipway\ndist\n",
  "skills/ao.yml": definition(site),
  "skills/registry.lua":
    'Handlers.add("Info", "Info", function(msg) msg.reply({ Data = "hello" }) end)\n',
  "client/build.cjs": build,
  "client/project.json": client,
  "client/package.json": { name: "@acme/client", version: "1.0.0", files: ["ids.json"] },
});

test("a push deploys to testnet, and a tag promotes that to production and releases the package; the same tag again does nothing", async () => {
  await using npm = await startReleaseRig();
  await using network = await startNetwork(path.join(npm.folder, "network"));
  const { mu, su, cu, gateway, module, scheduler, authority } = network;
  const units = { mode: "legacy", mu, su, cu, gateway, module, scheduler, authority };
  const [testnet, production] = await Promise.all(
    ["testnet", "production"].map(async (name) => network.wallets.open(name)),
  );
  const keyOf = (wallet = testnet) => readFileSync(wallet?.file ?? "", "utf8");
  const known = {
    AO_PROJECT: "skills",
    AO_CLIENT: "client",
    NPM_REGISTRY: npm.registry.url,
    NPM_TOKEN: npm.registry.token,
    TESTNET_WALLET: keyOf(testnet),
    PRODUCTION_WALLET: keyOf(production),
  };
  const at = (...names: readonly string[]) => path.join(npm.folder, "recipe", ...names);
  const git = (folder: string, ...words: readonly string[]) => {
    const who = ["-c", "user.name=t", "-c", "user.email=t@localhost"];
    return execFileSync("git", ["-C", folder, ...who, ...words], { encoding: "utf8" });
  };
  for (const [name, content] of Object.entries(workspace({ ...units, preflight: "off" }))) {
    mkdirSync(path.dirname(at("author", name)), { recursive: true });
    writeFileSync(
      at("author", name),
      typeof content === "string" ? content : JSON.stringify(content),
    );
  }
  git(at("author"), "init", "--quiet", "--initial-branch=main");
  git(at("author"), "add", "--all");
  git(at("author"), "commit", "--quiet", "--message=start");
  git(at(), "clone", "--quiet", "--bare", "author", "origin.git");
  mkdirSync(at("programs"));
  symlinkSync(process.execPath, at("programs", "node"));

  const run = async (job: string, ref: string, folder = job) => {
    git(
      at(),
      "clone",
      "--quiet",
      "--config=advice.detachedHead=false",
      "--branch",
      ref,
      "origin.git",
      folder,
    );
    symlinkSync(path.join(repository, "node_modules"), at(folder, "node_modules"));
    const machine: Machine = {
      home: at(`${folder}-home`),
      project: at(folder),
      path: [at("programs"), "/usr/local/bin", "/usr/bin", "/bin"],
      environment: { NX_DAEMON: "false", NX_ISOLATE_PLUGINS: "false", NX_USE_LOCAL: "true" },
    };
    // What npm ci would make is linked.
    const steps = githubSteps(known, { file: "github-processes.yml", job });
    return runGithubJob(
      machine,
      steps.filter(({ name }) => name !== ""),
      at(`${folder}-runner`),
    );
  };

  const pushed = await run("testnet", "main");
  git(at("origin.git"), "tag", "v1.0.0", "main");
  const tagged = await run("production", "v1.0.0");
  const recorded = (target: string): unknown =>
    JSON.parse(git(at("origin.git"), "show", `main:skills/deployments/${target}.json`));
  expect(recorded("testnet")).toMatchObject({
    processes: { registry: { owner: testnet?.address, state: "deployed" } },
  });
  expect(recorded("production")).toMatchObject({
    processes: {
      registry: {
        owner: production?.address,
        history: [{ did: "spawned" }, { did: "promoted", from: "testnet" }],
      },
    },
  });
  expect(await npm.shown("@acme/client")).toMatchObject({ tags: { latest: "1.0.0" } });
  const said = [...pushed, ...tagged].map(({ output }) => output).join("\n");
  const secrets = [...piecesOf(keyOf(testnet)), ...piecesOf(keyOf(production))];
  secrets.push(npm.registry.token.slice(-40));
  expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
  const before = [git(at("origin.git"), "rev-parse", "main"), npm.registry.writes.length];
  await network.log.reset();
  await run("production", "v1.0.0", "production-again");
  expect(await network.log.writes()).toEqual([]);
  expect([git(at("origin.git"), "rev-parse", "main"), npm.registry.writes.length]).toEqual(before);
});
