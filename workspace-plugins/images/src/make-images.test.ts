import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf, fail, writeFileAtomically, writeJson } from "@slipway/signature";
import { describe, expect, it } from "vitest";
import type { BuildSession } from "./build.ts";
import type { Engine } from "./engine-port.ts";
import { makeAgent } from "./make-agent.ts";
import { makeBase } from "./make-base.ts";
import type { ImageReceipt } from "./receipt.ts";

const rootfs = "infra/rootfs/dist/rootfs";
const fromImage = "localhost:5055/rootfs:debian";
const baseYml = (from = fromImage): string =>
  `from_image: ${from}\nbase_image_distro: Debian\nbase_image_description: x\narchitectures: [amd64]\n`;
const agentYml = "agent_full_name: Agent\nagent_homepage: https://agent.example\n";
const agentFiles = {
  "codex/agent.yml": agentYml,
  "codex/install.sh": "",
  "codex/version.sh": "",
};
const receipt: ImageReceipt = {
  schema: 1,
  reference: fromImage,
  imageId: digestOf("config"),
  manifestDigest: digestOf("manifest"),
  platform: { os: "linux", architecture: "amd64" },
  diffIds: [digestOf("layer")],
  below: [],
  inputs: {},
};

/** What becomes of these files without an engine: whoever asks it gets an exception. */
async function make(
  files: Readonly<Record<string, string>>,
  run: (session: BuildSession) => ReturnType<typeof makeBase>,
) {
  const workspaceRoot = await mkdtemp(path.join(tmpdir(), "slipway-make-"));
  for (const [file, text] of Object.entries(files)) {
    await writeFileAtomically(path.join(workspaceRoot, file), text);
  }
  await writeJson(path.join(workspaceRoot, rootfs, "receipt.json"), receipt);
  try {
    return await run({
      workspaceRoot,
      workspace: "test",
      engine: { platform: { os: "linux", architecture: "amd64" } } as Engine,
      turns: { take: async (_image, work) => work() },
      access: { caBundle: undefined, npmRegistry: "http://localhost:4873/", proxies: {} },
      builds: "always",
      signal: new AbortController().signal,
      progress: () => {},
    });
  } finally {
    await rm(workspaceRoot, { recursive: true });
  }
}

describe("makeBase", () => {
  const project = {
    name: "debian",
    project: "debian",
    folder: "bases/debian",
    layout: "bases/debian/dist/image",
    images: [],
  };
  const file = "bases/debian/base.yml";
  const makeOf = (files: Readonly<Record<string, string>>, layout = rootfs) =>
    make(files, (session) =>
      makeBase(session, { ...project, rootfs: { layout, target: "rootfs:rootfs" } }),
    );

  it("tells that its definition is missing", async () => {
    expect(await makeOf({})).toEqual(fail({ reason: "definition-missing", file }));
  });

  it("tells every problem of its definition with its place", async () => {
    const missing = "is missing: it must be a text";
    expect(await makeOf({ [file]: "from_image: ''\narchitectures: [amd64]\n" })).toMatchObject({
      failure: {
        reason: "definition-invalid",
        file,
        problems: [
          { message: "from_image: must not be empty", line: 1, column: 13 },
          { message: `base_image_distro: ${missing}`, line: 1, column: 1 },
          { message: `base_image_description: ${missing}`, line: 1, column: 1 },
        ],
      },
    });
  });

  it("tells which target has to leave the root file system that it stands on", async () => {
    expect(await makeOf({ [file]: baseYml() }, "infra/none")).toEqual(
      fail({ reason: "receipt-missing", folder: "infra/none", target: "rootfs:rootfs" }),
    );
  });

  it("refuses to stand on an image that this workspace does not make", async () => {
    expect(await makeOf({ [file]: baseYml("debian") })).toEqual(
      fail({ reason: "from-image-unpinned", file, fromImage: "debian" }),
    );
  });
});

describe("makeAgent", () => {
  const base = {
    name: "debian",
    reference: "slipway/base:debian",
    layout: "bases/debian/dist/image",
    target: "debian:image",
  };
  const project = {
    name: "codex",
    project: "codex",
    folder: "codex",
    layout: "codex/dist/image/debian",
    base,
  };
  const makeOf = (files: Readonly<Record<string, string>>) =>
    make(files, (session) => makeAgent(session, project));

  it.each(["agent.yml", "install.sh", "version.sh"])("tells that %s is missing", async (name) => {
    const file = `codex/${name}`;
    const files = Object.fromEntries(Object.entries(agentFiles).filter(([key]) => key !== file));
    expect(await makeOf(files)).toEqual(fail({ reason: "definition-missing", file }));
  });

  it("tells what is wrong with its definition before it looks for anything else", async () => {
    expect(await makeOf({ "codex/agent.yml": `${agentYml}speed: 1\n` })).toMatchObject({
      failure: {
        reason: "definition-invalid",
        problems: [{ message: 'Unrecognized key: "speed"', line: 3, column: 1 }],
      },
    });
  });

  it("tells which base has to be made", async () => {
    expect(await makeOf(agentFiles)).toEqual(
      fail({
        reason: "receipt-missing",
        folder: "bases/debian/dist/image",
        target: "debian:image",
      }),
    );
  });
});
