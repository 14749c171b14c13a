import path from "node:path";
import { startNetwork } from "@slipway/ao-network";
import { startReleaseRig } from "@slipway/processes/release-rig";
import { expect, test } from "vitest";
import { z } from "zod";
import { CachesRig, processesFiles } from "./rig.ts";

const definition = (site: object, edition: string) => `name: skills
processes:
  registry:
    source: registry.lua
    tags: { Edition: ${edition} }
    checks: [{ action: Info, expect: { data: { version: 1 } } }]
targets:
  production: ${JSON.stringify(site)}
release:
  target: production
  packages: [{ folder: ../client/dist, ids: ids.json }]
`;

const lua = `Handlers.add("Info", "Info", function(msg)
  msg.reply({ Data = require("json").encode({ version = 1 }) })
end)
`;

/** What is published, put together with the ids of the processes. */
const client = JSON.stringify({
  name: "client",
  tags: ["slipway"],
  implicitDependencies: ["skills"],
  targets: {
    build: {
      executor: "@slipway/executors:command",
      options: {
        command:
          "mkdir -p dist && cp package.json ../skills/dist/ao-ids/ids.json dist && echo client >> ../.ran/all",
      },
      cache: true,
      dependsOn: [{ projects: ["skills"], target: "ao-ids" }],
      inputs: [
        { env: "SLIPWAY_OWN_CLIENT__BUILD" },
        { externalDependencies: [] },
        "{projectRoot}/package.json",
        { dependentTasksOutputFiles: "**/ids.json" },
      ],
      outputs: ["{projectRoot}/dist"],
    },
  },
});

const record = "skills/deployments/production.json";

const Recorded = z.object({
  processes: z.object({ registry: z.object({ process: z.string() }) }),
});

const packageJson = (version: string) =>
  JSON.stringify({ name: "@acme/client", version, files: ["ids.json"] });

test("a package is released with the ids of what was verified, and withdrawn once they are of a process that is no more", async () => {
  await using npm = await startReleaseRig();
  await using network = await startNetwork(path.join(npm.folder, "network"));
  const { mu, su, cu, gateway, module, scheduler, authority, wallet } = network;
  const units = { mode: "legacy", mu, su, cu, gateway, module, scheduler, authority };
  const site = { ...units, wallet: { file: wallet }, preflight: "off" };
  await using rig = CachesRig.setup({
    ...processesFiles,
    "skills/ao.yml": definition(site, "first"),
    "skills/registry.lua": lua,
    "client/project.json": client,
    "client/package.json": packageJson("1.0.0"),
  });
  // npm's own settings: the registry and the token.
  const own = { HOME: npm.environment["HOME"] ?? "" };
  const nxRun = async (...words: readonly string[]) => {
    const { code, output } = await rig.nx([...words, "--outputStyle=static"], own);
    if (code !== 0) throw new Error(output);
    return output;
  };
  const idNow = () => Recorded.parse(JSON.parse(rig.read(record))).processes.registry.process;

  await nxRun("run", "skills:ao-verify");
  const first = idNow();
  await nxRun("run", "client:build");
  await nxRun("run", "skills:ao-release");
  expect(await npm.shown("@acme/client")).toEqual({
    tags: { latest: "1.0.0" },
    versions: ["1.0.0"],
    deprecated: {},
  });

  rig.git("add", "--all");
  rig.git("commit", "--quiet", "--message=released");
  rig.write("skills/ao.yml", definition(site, "second"));
  await nxRun("run", "skills:ao-deploy");
  const second = idNow();
  expect(second).not.toBe(first);
  rig.write("client/package.json", packageJson("1.0.1"));
  await nxRun("affected", "-t", "build", `--files=${record}`);
  expect(JSON.parse(rig.read("client/dist/ids.json"))).toEqual({
    production: { registry: second },
  });
  await nxRun("run", "skills:ao-release", "--tag=next");
  expect((await npm.shown("@acme/client")).tags).toEqual({ latest: "1.0.0", next: "1.0.1" });

  const withdrawn = await rig.command(["ao", "withdraw", "--dead", "skills"], own);
  const steps = [
    "deprecate @acme/client@1.0.0: 1.0.0 is withdrawn: use @acme/client@1.0.1",
    "move latest of @acme/client from 1.0.0 to 1.0.1",
  ];
  const progress = [
    "reading the ids of @acme/client@1.0.0",
    "reading the ids of @acme/client@1.0.1",
  ];
  const told = [...progress, "asking for @acme/client@1.0.0", ...steps].map(
    (line) => `  · ${line}`,
  );
  expect(withdrawn).toEqual({ code: 0, output: `${[...told, ...steps].join("\n")}\n` });
  expect(await npm.shown("@acme/client")).toEqual({
    tags: { latest: "1.0.1", next: "1.0.1" },
    versions: ["1.0.0", "1.0.1"],
    deprecated: { "1.0.0": "1.0.0 is withdrawn: use @acme/client@1.0.1" },
  });
  expect(await npm.filesWith(npm.registry.token)).toEqual([]);
});
