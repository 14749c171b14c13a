import { cp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { digestOf, exists, fail, hexOf, ok, writeJson } from "@slipway/signature";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { madeBy, openBuildingEngine, sessionWith } from "../test/building-engine.ts";
import { openMatrixRig, workspaceFiles } from "../test/matrix-rig.ts";
import type { MatrixRig } from "../test/matrix-rig.ts";
import type { BuildSession, MadeImage } from "./build.ts";
import type { Engine } from "./engine-port.ts";
import { blobFile } from "./layout.ts";
import { makeAgent } from "./make-agent.ts";
import { makeBase } from "./make-base.ts";
import { agentReference } from "./names.ts";
import { readImageReceipt } from "./receipt.ts";
import type { ImageReceipt } from "./receipt.ts";

// What aicage misses (images.md, sections 1.8 and 8), by an engine in memory that has no network.

let rig: MatrixRig;

beforeEach(async () => {
  rig = await openMatrixRig();
});
afterEach(async () => rig[Symbol.asyncDispose]());

const baseRequest = (name = "tiny") => ({
  name,
  project: name,
  folder: `bases/${name}`,
  layout: `bases/${name}/dist/image`,
  rootfs: undefined,
  images: [],
});
const agentRequest = (name = "tool", base = "tiny") => ({
  name,
  project: name,
  folder: `agents/${name}`,
  layout: `agents/${name}/dist/image/${base}`,
  base: {
    name: base,
    reference: `slipway/base:${base}`,
    layout: baseRequest(base).layout,
    target: `${base}:image`,
  },
});

function sessionOn(engine = openBuildingEngine().engine, builds?: BuildSession["builds"]) {
  return sessionWith(engine, rig.root, builds);
}

/** Rows by which an image would be built now. */
const rowsOf = ({ reasons = [] }: MadeImage) =>
  reasons.map((reason) => ("ingredient" in reason ? reason.ingredient : reason.kind));

const folderOf = (layout: string) => path.join(rig.root, layout);

async function receiptOf(layout: string): Promise<ImageReceipt> {
  const receipt = await readImageReceipt(folderOf(layout));
  if (receipt === undefined) throw new Error(`no receipt in ${layout}`);
  return receipt;
}

describe("an agent's image is built again", () => {
  beforeEach(async () => {
    const session = sessionOn();
    madeBy(await makeBase(session, baseRequest()));
    madeBy(await makeAgent(session, agentRequest()));
  });

  test("for nothing as long as nothing is another", async () => {
    expect(await wouldBuild()).toEqual([]);
  });

  const wouldBuild = async () =>
    rowsOf(madeBy(await makeAgent(sessionOn(undefined, "never"), agentRequest())));

  /** The base as it would be with another config or other layers. */
  async function rebase(change: (receipt: ImageReceipt) => Partial<ImageReceipt>) {
    const { layout } = baseRequest();
    const receipt = await receiptOf(layout);
    await writeJson(path.join(folderOf(layout), "receipt.json"), {
      ...receipt,
      ...change(receipt),
    });
  }

  test("for an edited install.sh", async () => {
    await rig.write({ "agents/tool/install.sh": "#!/bin/sh\nother\n" });
    expect(await wouldBuild()).toEqual(["definition"]);
  });

  test("and says which files are others, of a definition in whatever folder", async () => {
    await rig.write({ "agents/tool/install.sh": "#!/bin/sh\nother\n", "agents/tool/new": "" });
    await rm(folderOf("infra/images/agent.Dockerfile"));
    await rig.write({ "infra/images/agent.Dockerfile": "FROM scratch\n" });
    const { reasons } = madeBy(await makeAgent(sessionOn(undefined, "never"), agentRequest()));
    expect(reasons).toMatchObject([
      {
        ingredient: "definition",
        files: [
          { file: "agents/tool/install.sh", change: "changed" },
          { file: "agents/tool/new", change: "new" },
        ],
      },
      {
        ingredient: "dockerfile",
        files: [{ file: "infra/images/agent.Dockerfile", change: "changed" }],
      },
    ]);
  });

  test("and says so without files where none are on record that can be read", async () => {
    await rig.write({
      "agents/tool/install.sh": "other",
      "agents/tool/dist/image/tiny/sources.json": "{",
    });
    expect(await wouldBuild()).toEqual(["definition"]);
  });

  test("for a base whose variables alone are others: its layers are the same", async () => {
    await rebase(() => ({ imageId: digestOf("the same layers, and another ENV") }));
    expect(await wouldBuild()).toEqual(["base"]);
  });

  test("for an earlier layer of the base, though its last one is in the image", async () => {
    await rebase(({ diffIds }) => ({
      diffIds: [digestOf("patched"), ...diffIds],
      imageId: digestOf("a config with that layer"),
    }));
    expect(await wouldBuild()).toEqual(["base"]);
  });
});

describe("a first build without a network", () => {
  const reference = "registry.example/debian:12";
  const digest = digestOf("manifest of debian");
  const pinned = `registry.example/debian@${digest}`;

  beforeEach(async () =>
    rig.write({
      "bases/tiny/base.yml": (workspaceFiles["bases/tiny/base.yml"] ?? "").replace(
        "scratch",
        reference,
      ),
      "slipway.images.lock": `from_images: {"${reference}": {digest: "${digest}"}}\n`,
    }),
  );

  test("is of what the engine has, with no request; and it is no reason to build when there is one", async () => {
    const { engine, asked, has } = openBuildingEngine();
    await has(pinned, [Buffer.from("debian")]);
    const made = madeBy(await makeBase(sessionOn(engine), baseRequest()));
    expect(asked.filter((question) => question.startsWith("pull"))).toEqual([]);
    expect(made.receipt.inputs["from-image"]).toBe(digest);
    const online = { ...engine, pull: async () => ok(digestOf("id")) };
    expect(rowsOf(madeBy(await makeBase(sessionOn(online), baseRequest())))).toEqual([]);
  });

  test("is not of an image for other processors that has the name", async () => {
    const { engine, asked, has } = openBuildingEngine();
    await has(pinned, [Buffer.from("debian")], { os: "linux", architecture: "arm64" });
    expect(await makeBase(sessionOn(engine), baseRequest())).toMatchObject({ ok: false });
    expect(asked).toContain(`pull ${pinned}`);
  });

  test("is not of an image that the policy has no rule for, though the engine has it", async () => {
    const { engine, asked, has } = openBuildingEngine();
    await has(pinned, [Buffer.from("debian")]);
    const build = async (place: string) => {
      const policy = `schema: 1\nrules: [{ images: ['${place}'] }]\n`;
      await rig.write({ "slipway.images.policy.yml": policy });
      return makeBase(sessionOn(engine), baseRequest());
    };
    const refused = { reason: "image-not-allowed", reference };
    expect(await build("registry.example/debian-next")).toMatchObject({ failure: refused });
    expect(asked.filter((question) => /^(?:build|pull)/.test(question))).toEqual([]);
    expect(await build("registry.example")).toMatchObject({ ok: true });
    // What was built is as it was, and is not taken any more either.
    expect(await build("other.example")).toMatchObject({ failure: refused });
  });

  test("of what is nowhere fails as the pull did, and leaves nothing that looks like an image", async () => {
    const { engine } = openBuildingEngine();
    expect(await makeBase(sessionOn(engine), baseRequest())).toMatchObject({
      failure: { reason: "engine-refused", operation: "pull", detail: "no network" },
    });
    expect(await exists(folderOf(baseRequest().layout))).toBe(false);
    expect(await makeAgent(sessionOn(engine), agentRequest())).toMatchObject({
      failure: { reason: "receipt-missing", target: "tiny:image" },
    });
    // Once there is a network it is built as if nothing had been.
    const { engine: online, has } = openBuildingEngine();
    const pull = async () => {
      await has(pinned, [Buffer.from("debian")]);
      return ok(digestOf("id"));
    };
    const made = madeBy(await makeBase(sessionOn({ ...online, pull }), baseRequest()));
    expect(rowsOf(made)).toEqual(["never-built"]);
    expect(rowsOf(madeBy(await makeBase(sessionOn(online), baseRequest())))).toEqual([]);
  });
});

describe("a base on a root file system", () => {
  const layout = baseRequest().layout;
  const onRootfs = {
    ...baseRequest("more"),
    rootfs: { layout, target: "rootfs:rootfs" },
  };

  // The image of a base stands for one: a layout with a receipt.
  beforeEach(async () => {
    madeBy(await makeBase(sessionOn(), baseRequest()));
  });

  test("that the engine has never pulled is built on its layout, and asks no registry", async () => {
    const { engine, asked } = openBuildingEngine();
    const { imageId, manifestDigest } = await receiptOf(layout);
    const { receipt } = madeBy(await makeBase(sessionOn(engine), onRootfs));
    expect(asked).toContain(`build on slipway/base:${hexOf(imageId)}`);
    expect(asked.filter((question) => question.startsWith("pull"))).toEqual([]);
    expect(receipt.inputs["from-image"]).toBe(manifestDigest);
    expect(receipt.below).toEqual([layout]);
  });

  test("that the engine has pulled is built on that", async () => {
    const { engine, asked, has } = openBuildingEngine();
    const { manifestDigest, diffIds } = await receiptOf(layout);
    const layers = await Promise.all(
      diffIds.map(async (digest) => readFile(blobFile(folderOf(layout), digest))),
    );
    await has(`slipway/base@${manifestDigest}`, layers);
    madeBy(await makeBase(sessionOn(engine), onRootfs));
    expect(asked).toContain(`build on slipway/base@${manifestDigest}`);
  });

  test("whose layout lacks a layer comes from the registry", async () => {
    const { engine, asked } = openBuildingEngine();
    const { manifestDigest, diffIds } = await receiptOf(layout);
    await rm(blobFile(folderOf(layout), diffIds[0] ?? manifestDigest));
    expect(await makeBase(sessionOn(engine), onRootfs)).toMatchObject({
      failure: { reason: "engine-refused", operation: "pull" },
    });
    expect(asked).toContain(`pull slipway/base@${manifestDigest}`);
  });
});

describe("names that would run together", () => {
  test("are two images, with a layout and a receipt each", async () => {
    // Agent a-b on c, and agent a on b-c.
    for (const [from, to] of [
      ["agents/tool", "agents/a-b"],
      ["agents/tool", "agents/a"],
      ["bases/tiny", "bases/c"],
      ["bases/tiny", "bases/b-c"],
    ] as const) {
      await cp(folderOf(from), folderOf(to), { recursive: true });
    }
    const session = sessionOn();
    for (const base of ["c", "b-c"]) madeBy(await makeBase(session, baseRequest(base)));
    const pairs = [
      ["a-b", "c"],
      ["a", "b-c"],
    ] as const;
    for (const [agent, base] of pairs) {
      madeBy(await makeAgent(session, agentRequest(agent, base)));
    }
    expect(new Set(pairs.map(([agent, base]) => agentReference(agent, base))).size).toBe(2);
    const receipts = await Promise.all(
      pairs.map(async ([agent, base]) => receiptOf(agentRequest(agent, base).layout)),
    );
    expect(receipts.map((receipt) => receipt.reference)).toEqual([
      "slipway/a-b:c",
      "slipway/a:b-c",
    ]);
    // One that is gone leaves the other.
    await rm(folderOf(agentRequest("a-b", "c").layout), { recursive: true });
    const never = sessionOn(undefined, "never");
    expect(rowsOf(madeBy(await makeAgent(never, agentRequest("a", "b-c"))))).toEqual([]);
  });
});

describe("an image whose build has failed", () => {
  const at = (time: string) => new Date(`2026-11-21T${time}:00Z`);
  const failing = (): { readonly session: (time: string) => BuildSession; builds: number } => {
    const { engine } = openBuildingEngine();
    const seen = { builds: 0 };
    const build: Engine["build"] = async ({ logFile }) => {
      seen.builds += 1;
      return fail({ reason: "build-failed", detail: "exit code: 3", output: [], logFile });
    };
    return Object.assign(seen, {
      session: (time: string) => ({ ...sessionOn({ ...engine, build }), waitsAt: at(time) }),
    });
  };
  const because = (made: Awaited<ReturnType<typeof makeAgent>>) =>
    !made.ok && made.failure.reason === "image-not-renewed" ? made.failure.because : made;

  beforeEach(async () => {
    madeBy(await makeBase(sessionOn(), baseRequest()));
    madeBy(await makeAgent(sessionOn(), agentRequest()));
    await rig.write({ "agents/tool/install.sh": "exit 3\n" });
  });

  test("is tried again after ten minutes, then after twice as long, while nothing changes", async () => {
    const engine = failing();
    const tryAt = async (time: string) =>
      because(await makeAgent(engine.session(time), agentRequest()));
    expect(await tryAt("12:00")).toMatchObject({ reason: "build-failed" });
    expect(await tryAt("12:09")).toMatchObject({
      reason: "build-waits",
      reference: "slipway/tool:tiny",
      failedAt: at("12:00"),
      times: 1,
      nextTry: at("12:10"),
    });
    expect(await tryAt("12:10")).toMatchObject({ reason: "build-failed" });
    expect(await tryAt("12:29")).toMatchObject({ times: 2, nextTry: at("12:30") });
    expect(engine.builds).toBe(2);
  });

  test("is tried at once when a file is another, or somebody wants it", async () => {
    const engine = failing();
    await makeAgent(engine.session("12:00"), agentRequest());
    const { waitsAt: _, ...wanted } = engine.session("12:01");
    await makeAgent(wanted, agentRequest());
    expect(engine.builds).toBe(2);
    await rig.write({ "agents/tool/install.sh": "exit 4\n" });
    await makeAgent(engine.session("12:02"), agentRequest());
    expect(engine.builds).toBe(3);
    // A success forgets it: the same files may fail anew, for the first time.
    madeBy(await makeAgent(sessionOn(), agentRequest()));
    await rig.write({ "agents/tool/install.sh": "exit 3\n" });
    await makeAgent(engine.session("12:03"), agentRequest());
    expect(because(await makeAgent(engine.session("12:04"), agentRequest()))).toMatchObject({
      times: 1,
    });
  });

  test("and that is not there yet, is tried each time; an engine that is gone is no failure of its files", async () => {
    const engine = failing();
    await rm(folderOf(agentRequest().layout), { recursive: true });
    await makeAgent(engine.session("12:00"), agentRequest());
    await makeAgent(engine.session("12:01"), agentRequest());
    expect(engine.builds).toBe(2);
    await rig.write({ "agents/tool/install.sh": "exit 5\n" });
    madeBy(await makeAgent(sessionOn(), agentRequest()));
    await rig.write({ "agents/tool/install.sh": "exit 6\n" });
    const lost = { reason: "engine-lost", operation: "build", detail: "gone" } as const;
    const session = engine.session("12:02");
    const build = async () => fail(lost);
    await makeAgent({ ...session, engine: { ...session.engine, build } }, agentRequest());
    await makeAgent(engine.session("12:03"), agentRequest());
    expect(engine.builds).toBe(3);
  });
});
