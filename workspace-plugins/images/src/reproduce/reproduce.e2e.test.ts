import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { writeFileAtomically } from "@slipway/signature";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { valueOf } from "../../test/rig.ts";
import type { BuildSession } from "../build.ts";
import { openBuildTurns } from "../builds/build-turns.ts";
import { readCatalogue } from "../catalogue/read-catalogue.ts";
import { openEngine } from "../engine.ts";
import type { Engine } from "../engine-port.ts";
import { readImageReceipt } from "../receipt.ts";
import { removeOwn } from "../remove-own.ts";
import { planAgent } from "../run/plan-agent.ts";
import { readSbom } from "../sbom/read-sbom.ts";
import { reproduceChain } from "./reproduce.ts";

const { signal } = new AbortController();
const workspace = `slipway-reproduce-test-${process.pid}`;
const repository = path.join(import.meta.dirname, "../../../..");
const module = '{"name":"tool","version":"1.0.0","license":"MIT"}';
const install = [
  "set -eu",
  "mkdir -p /usr/lib/node_modules/tool",
  `echo '${module}' > /usr/lib/node_modules/tool/package.json`,
  "printf '#!/bin/sh\\necho tool %s\\n' \"$AGENT_VERSION\" > /usr/local/bin/tool",
  "chmod +x /usr/local/bin/tool",
  "",
].join("\n");
/** What installers do that are not the same twice. */
const moody = [
  "mkdir -p /opt/moody",
  "cat /proc/sys/kernel/random/uuid > /opt/moody/id",
  "touch /opt/moody/$(cat /proc/sys/kernel/random/uuid)",
  "echo same > /opt/moody/same",
  "ln -s tool /usr/local/bin/moody",
  "",
].join("\n");
const about = "agent_homepage: https://tool.example\n";
const files: Readonly<Record<string, string>> = {
  "bases/tiny/base.yml":
    "from_image: scratch\nbase_image_distro: None\nbase_image_description: tiny\narchitectures: [amd64, arm64]\n",
  "bases/tiny/Dockerfile":
    'ARG FROM_IMAGE\nFROM ${FROM_IMAGE}\nCOPY busybox bash /bin/\nRUN ["/bin/busybox", "--install", "-s", "/bin"]\nRUN mkdir -p /usr/local/bin /tmp /root\n',
  "bases/tiny/bash": '#!/bin/sh\nexec sh "$@"\n',
  "agents/tool/agent.yml": `agent_full_name: Tool\n${about}`,
  "agents/tool/version.sh": "echo 1.0.0\n",
  "agents/tool/install.sh": install,
  "agents/moody/agent.yml": `agent_full_name: Moody\n${about}`,
  "agents/moody/version.sh": "echo 1.0.0\n",
  "agents/moody/install.sh": install + moody,
};

let root: string;
let engine: Engine;

beforeAll(async () => {
  engine = valueOf(await openEngine({ counted: () => undefined, signal }));
  root = await mkdtemp(path.join(os.tmpdir(), "slipway-reproduce-"));
  for (const [file, text] of Object.entries(files)) {
    await writeFileAtomically(path.join(root, file), text);
  }
  await copyFile("/bin/busybox", path.join(root, "bases/tiny/busybox"));
  for (const file of ["bash", "busybox"]) await chmod(path.join(root, "bases/tiny", file), 0o755);
  await mkdir(path.join(root, "infra"));
  await cp(path.join(repository, "infra/images"), path.join(root, "infra/images"), {
    recursive: true,
  });
});
afterAll(async () => {
  await removeOwn({ workspace, counted: () => {}, signal });
  engine[Symbol.dispose]();
  await rm(root, { recursive: true, force: true });
});

async function linksOf(agent: string) {
  const variables = { HOME: path.join(root, "home"), XDG_DATA_HOME: path.join(root, "data") };
  const catalogue = valueOf(await readCatalogue({ workspaceRoot: root, variables }, signal));
  const world = { catalogue, place: { root }, architecture: undefined };
  return valueOf(await planAgent({ agent, base: undefined }, world));
}

function session(): BuildSession {
  return {
    workspaceRoot: root,
    workspace,
    engine,
    access: { caBundle: undefined, npmRegistry: "http://localhost:9/", proxies: {} },
    turns: openBuildTurns({
      folder: path.join(root, "turns"),
      limit: 2,
      signal,
      progress: () => {},
      timeoutMs: 60_000,
    }),
    builds: "when-needed",
    signal,
    progress: () => {},
  };
}

describe("reproduceChain", () => {
  it("has the same image ids for two builds without a cache, and for the one that counts", async () => {
    const links = await linksOf("tool");
    const reproduced = valueOf(await reproduceChain(links, session()));
    expect(reproduced.map(({ reference, isSame }) => [reference, isSame])).toEqual([
      ["slipway/base:tiny", true],
      ["slipway/tool:tiny", true],
    ]);
    for (const [at, { make }] of links.entries()) {
      const { receipt } = valueOf(await make(session()));
      expect(reproduced[at]?.imageIds).toEqual([receipt.imageId, receipt.imageId]);
    }
  });

  it("names the files of an installer that does not do the same twice, and leaves nothing of its builds", async () => {
    const [base, agent] = valueOf(await reproduceChain(await linksOf("moody"), session()));
    expect(base?.isSame).toBe(true);
    expect(agent?.isSame).toBe(false);
    expect(agent?.config).toEqual([]);
    const uuid = /[0-9a-f]{8}-[0-9a-f-]{27}/;
    const found = agent?.files.map(({ path: file, differs }) => [
      file.replace(uuid, "<uuid>"),
      differs,
    ]);
    expect(found?.toSorted()).toEqual([
      ["opt/moody/<uuid>", ["only in the first"]],
      ["opt/moody/<uuid>", ["only in the second"]],
      ["opt/moody/id", ["content"]],
    ]);
    expect(await readdir(path.join(root, ".slipway/reproduce"))).toEqual([]);
    expect(await readImageReceipt(path.join(root, "agents/moody/dist/image/tiny"))).toBeUndefined();
  });
});

describe("readSbom", () => {
  it("has what an agent's installer put into the image", async () => {
    const links = await linksOf("tool");
    for (const { make } of links) valueOf(await make(session()));
    const source = links.at(-1)?.source;
    if (source === undefined) throw new Error("no image");
    const sbom = valueOf(await readSbom(root, source));
    expect(sbom).toContain('"pkg:npm/tool@1.0.0"');
    await rm(path.join(root, source.layout, "sbom.cdx.json"));
    expect(valueOf(await readSbom(root, source))).toBe(sbom);
  });
});
