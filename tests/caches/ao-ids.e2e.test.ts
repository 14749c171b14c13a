import { afterAll, beforeAll, expect, test } from "vitest";
import { CachesRig, processesFiles } from "./rig.ts";

const id = "A".repeat(43);
const digest = (text: string) => `sha256:${text.repeat(64)}`;

const definition = `name: skills
processes: { registry: { source: a.lua } }
targets:
  production: { mode: mainnet, url: "http://127.0.0.1:1", gateway: "http://127.0.0.1:2", module: ${id}, scheduler: ${id}, authority: ${id}, wallet: { env: KEY } }
`;

function record(process: string, code: string): string {
  const registry = {
    process,
    owner: "me",
    spawnDigest: digest("a"),
    state: "deployed",
    codeDigest: digest(code),
    linksDigest: digest("b"),
    handlers: [],
    provenBy: `message-of-${code}`,
    history: [],
  };
  return JSON.stringify({ version: 2, processes: { registry } });
}

/** Builds with the ids of another project. */
const client = JSON.stringify({
  name: "client",
  tags: ["slipway"],
  targets: {
    build: {
      executor: "@slipway/executors:command",
      options: {
        command:
          "mkdir -p dist && cp ../skills/dist/ao-ids/ids.ts dist && echo client >> ../.ran/all",
      },
      cache: true,
      dependsOn: [{ projects: ["skills"], target: "ao-ids" }],
      inputs: [
        { env: "SLIPWAY_OWN_CLIENT__BUILD" },
        { externalDependencies: [] },
        { dependentTasksOutputFiles: "**/ids.json" },
      ],
      outputs: ["{projectRoot}/dist"],
    },
  },
});

let rig: CachesRig;
beforeAll(() => {
  rig = CachesRig.setup({
    ...processesFiles,
    "skills/ao.yml": definition,
    "skills/a.lua": "return 1\n",
    "skills/deployments/production.json": record("one", "c"),
    "client/project.json": client,
    ".gitignore": "node_modules\n.nx\n.slipway\n.ran\ndist\n",
  });
});
afterAll(() => rig[Symbol.asyncDispose]());

const build = ["run", "client:build", "--outputStyle=static"];
const recorded = "skills/deployments/production.json";

test("who builds with the id of a process builds again for another process, and not for other code of it", async () => {
  expect(await rig.ran(build)).toEqual(["client"]);
  expect(rig.read("client/dist/ids.ts")).toContain('"registry": "one"');
  rig.write(recorded, record("one", "d"));
  expect(await rig.ran(build)).toEqual([]);
  rig.write(recorded, record("two", "d"));
  expect(await rig.ran(build)).toEqual(["client"]);
  expect(rig.read("client/dist/ids.ts")).toContain('"registry": "two"');
});
