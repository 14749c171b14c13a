import { execFileSync } from "node:child_process";
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { openRegistry } from "@slipway/registry";
import { startRegistryRig } from "@slipway/registry/rig";
import { writeFileAtomically } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { valueOf } from "../test/rig.ts";
import type { BuildSession, MadeImage } from "./build.ts";
import { openBuildTurns } from "./builds/build-turns.ts";
import { openEngine } from "./engine.ts";
import type { Engine } from "./engine-port.ts";
import type { ImagesFailure } from "./failure.ts";
import { loadImages } from "./load-images.ts";
import { makeAgent } from "./make-agent.ts";
import type { AgentRequest } from "./make-agent.ts";
import { makeBase } from "./make-base.ts";
import type { BaseRequest } from "./make-base.ts";
import { makeExtended } from "./make-extended.ts";
import type { ExtendedRequest } from "./make-extended.ts";
import { ownLabel } from "./names.ts";
import { readProvenance } from "./provenance.ts";
import { pushLayout } from "./push.ts";
import { removeOwn } from "./remove-own.ts";
import { readVersionScript } from "./versions/version-script.ts";

const { signal } = new AbortController();
const workspace = `slipway-make-test-${process.pid}`;
const repository = path.join(import.meta.dirname, "../../..");
const asked: string[] = [];
const counted = (question: string): void => void asked.push(question);

let root: string;
let engine: Engine;

/** A base of one program, on which nothing has to be downloaded. */
const baseDockerfile = [
  "ARG FROM_IMAGE",
  "FROM ${FROM_IMAGE}",
  "COPY busybox /bin/busybox",
  'RUN ["/bin/busybox", "--install", "-s", "/bin"]',
  "COPY bash /bin/bash",
  "RUN mkdir -p /usr/local/bin /tmp /root",
  "",
].join("\n");

const files: Readonly<Record<string, string>> = {
  "bases/tiny/base.yml":
    "from_image: scratch\nbase_image_distro: None\nbase_image_description: tiny\narchitectures: [amd64, arm64]\n",
  "bases/tiny/Dockerfile": baseDockerfile,
  "bases/tiny/bash": '#!/bin/sh\nexec sh "$@"\n',
  "agents/tool/agent.yml": "agent_full_name: Tool\nagent_homepage: https://tool.example\n",
  "agents/tool/VERSION": "1.0.0",
  "agents/tool/version.sh": 'cat "$(dirname "$0")/VERSION"\n',
  // With line ends of another system, and a script beside it without the right to be run.
  "agents/tool/install.sh": "set -eu\r\n./write-tool.sh\r\nchmod +x /usr/local/bin/tool\r\n",
  "agents/tool/write-tool.sh":
    "#!/bin/sh\nprintf '#!/bin/sh\\necho tool %s\\n' \"$AGENT_VERSION\" > /usr/local/bin/tool\n",
  "extensions/marker/extension.yml": "name: Marker\ndescription: leaves a file\n",
  // With line ends of another system, and without the right to be run.
  "extensions/marker/scripts/10-mark.sh":
    '#!/bin/sh\r\nset -eu\r\ncp data/text /marker\r\necho "$EXTENSION" >> /marker\r\n',
  "extensions/marker/scripts/20-more.sh": "#!/bin/busybox sh\necho second >> /marker\n",
  "extensions/marker/data/text": "from the extension\n",
  "extensions/own/extension.yml": "name: Own\ndescription: has a Dockerfile\n",
  "extensions/own/Dockerfile":
    'ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nARG EXTENSION\nCOPY note /note\nRUN echo "$EXTENSION" >> /note\nENV NOTED=1\n',
  "extensions/own/note": "a note\n",
  "extensions/shared/extension.yml": "name: Shared\ndescription: shares\nshares: [~/notes]\n",
};

const base: BaseRequest = {
  name: "tiny",
  project: "tiny",
  folder: "bases/tiny",
  layout: "bases/tiny/dist/image",
  rootfs: undefined,
  images: [],
};
const baseSource = {
  reference: "slipway/base:tiny",
  layout: base.layout,
  target: "tiny:image",
};
const agent: AgentRequest = {
  name: "tool",
  project: "tool",
  folder: "agents/tool",
  layout: "agents/tool/dist/image/tiny",
  base: { name: "tiny", ...baseSource },
};
const extensionOf = (name: string) => ({ name, folder: `extensions/${name}` });
const extended: ExtendedRequest = {
  reference: "slipway/extended:tool--tiny--marker--own",
  project: "full",
  folder: undefined,
  layout: "images/full/dist/image",
  agent: {
    name: "tool",
    reference: "slipway/tool:tiny",
    layout: agent.layout,
    target: "tool:image-tiny",
  },
  extensions: ["own", "shared", "marker"].map(extensionOf),
  images: [],
};

function session(builds: BuildSession["builds"] = "when-needed", of = root): BuildSession {
  return {
    workspaceRoot: of,
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
    builds,
    signal,
    progress: () => {},
  };
}

function madeBy(result: Result<MadeImage, ImagesFailure>): MadeImage {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

async function makeAll(builds?: BuildSession["builds"], of = root) {
  return {
    base: madeBy(await makeBase(session(builds, of), base)),
    agent: madeBy(await makeAgent(session(builds, of), agent)),
    extended: madeBy(await makeExtended(session(builds, of), extended)),
  };
}

/** Rows of the table by which an image would be built now. */
function rowsOf({ reasons = [] }: MadeImage): readonly string[] {
  return reasons.map((reason) => ("ingredient" in reason ? reason.ingredient : reason.kind));
}

async function load(layout: string): Promise<void> {
  const loaded = await loadImages({
    workspaceRoot: root,
    layouts: [layout],
    target: "test",
    signal,
    counted,
    images: engine.images,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
}

function inContainer(image: string, ...command: readonly string[]): string {
  const run = ["run", "--rm", "--network=none", image, ...command];
  return execFileSync("docker", run, { encoding: "utf8" });
}

beforeAll(async () => {
  const opened = await openEngine({ counted, signal });
  if (!opened.ok) throw new Error(`this test needs an engine: ${JSON.stringify(opened.failure)}`);
  engine = opened.value;
  root = await mkdtemp(path.join(os.tmpdir(), "slipway-make-"));
  for (const [file, text] of Object.entries(files)) {
    await writeFileAtomically(path.join(root, file), text);
  }
  await copyFile("/bin/busybox", path.join(root, "bases/tiny/busybox"));
  for (const file of ["bases/tiny/bash", "bases/tiny/busybox"]) {
    await chmod(path.join(root, file), 0o755);
  }
  await mkdir(path.join(root, "infra"));
  await cp(path.join(repository, "infra/images"), path.join(root, "infra/images"), {
    recursive: true,
  });
  await makeAll();
});

afterAll(async () => {
  await removeOwn({ workspace, counted: () => {}, signal });
  engine[Symbol.dispose]();
  await rm(root, { recursive: true, force: true });
});

describe("a chain of images", () => {
  test("each stands on the layers of the one below it, and tells what it was made from", async () => {
    const made = await makeAll("never");
    const [low, middle, high] = [made.base, made.agent, made.extended].map(
      ({ receipt }) => receipt,
    );
    expect(middle?.diffIds.slice(0, low?.diffIds.length)).toEqual(low?.diffIds);
    expect(high?.diffIds.slice(0, middle?.diffIds.length)).toEqual(middle?.diffIds);
    // One layer for all scripts, and those of the Dockerfile.
    expect((high?.diffIds.length ?? 0) - (middle?.diffIds.length ?? 0)).toBe(3);
    expect(high?.below).toEqual([base.layout, agent.layout]);
    expect(middle?.inputs).toMatchObject({
      base: low?.imageId,
      version: "1.0.0",
      redistribution: "forbidden",
      platform: `linux/${engine.platform.architecture}`,
    });
    expect(high?.inputs).toMatchObject({
      base: middle?.imageId,
      "extension 1": expect.stringMatching(/^marker sha256:/) as string,
      "extension 2": expect.stringMatching(/^own sha256:/) as string,
      redistribution: "forbidden",
    });
    expect(high?.agentVersion).toBe("1.0.0");
  });

  test("scripts run in their order with their data, then Dockerfiles, and the agent still answers", async () => {
    await load(extended.layout);
    const image = extended.reference;
    expect(inContainer(image, "tool", "--version")).toBe("tool 1.0.0\n");
    expect(inContainer(image, "cat", "/marker")).toBe("from the extension\nmarker\nsecond\n");
    expect(inContainer(image, "sh", "-c", "cat /note; echo $NOTED")).toBe("a note\nown\n1\n");
    // What the build mounted is in no layer.
    expect(inContainer(image, "ls", "-A", "/tmp")).toBe("");
  });

  test("nothing is built the second time, and no name of a step is left in the engine", async () => {
    asked.length = 0;
    const made = await makeAll("when-needed");
    expect(Object.values(made).map(rowsOf)).toEqual([[], [], []]);
    expect(asked).toEqual([]);
    const images = await engine.images();
    const own = (images.ok ? images.value : []).filter(
      ({ labels }) => labels[ownLabel] === workspace,
    );
    expect(own.length).toBeGreaterThan(0);
    const tags = own.flatMap((image) => image.tags);
    expect(tags.filter((tag) => tag.startsWith("slipway/building:"))).toEqual([]);
  });

  test("of the same files has the same image ids, whenever it is built", async () => {
    const before = await makeAll("never");
    const after = await makeAll("always");
    for (const kind of ["base", "agent", "extended"] as const) {
      expect(after[kind].receipt).toEqual(before[kind].receipt);
    }
  });

  test("each says what it is and on what, and how it was built", async () => {
    const made = await makeAll("never");
    await load(agent.layout);
    const found = await engine.image("slipway/tool:tiny");
    expect(found.ok && found.value?.labels).toEqual({
      "dev.slipway.workspace": workspace,
      "dev.slipway.project": "tool",
      "dev.slipway.image.kind": "agent",
      "dev.slipway.image.agent": "tool",
      "dev.slipway.image.agent-version": "1.0.0",
      "dev.slipway.image.base": "tiny",
      "org.opencontainers.image.title": "tool on tiny",
      "org.opencontainers.image.description": "the agent tool 1.0.0, built on slipway/base:tiny",
      "org.opencontainers.image.version": "1.0.0",
      "org.opencontainers.image.base.name": "slipway/base:tiny",
    });
    const { receipt } = made.agent;
    const provenance = await readProvenance(path.join(root, agent.layout), receipt);
    const { buildDefinition } = valueOf(provenance).predicate;
    expect(buildDefinition.externalParameters.values).toMatchObject({ version: "1.0.0" });
    const names = buildDefinition.resolvedDependencies.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["base", "base definition", "base dockerfile", "definition"]),
    );
  });

  test("without a layer is the image below under another name", async () => {
    const request = {
      ...extended,
      reference: "slipway/extended:tool--tiny--shared",
      layout: "images/shares/dist/image",
      extensions: [extensionOf("shared")],
    };
    asked.length = 0;
    const { receipt } = madeBy(await makeExtended(session(), request));
    expect(asked).toEqual([]);
    expect(receipt.imageId).toBe((await makeAll("never")).agent.receipt.imageId);
    await load(request.layout);
    expect(inContainer(request.reference, "tool")).toBe("tool 1.0.0\n");
  });
});

describe("an image is built again", () => {
  type Row = {
    readonly change: string;
    readonly edit: (folder: string) => Promise<void>;
    readonly base?: readonly string[];
    readonly agent?: readonly string[];
    readonly extended?: readonly string[];
  };
  const append =
    (file: string, text = "# more\n") =>
    async (folder: string): Promise<void> => {
      const absolute = path.join(folder, file);
      await writeFile(absolute, `${await readFile(absolute, "utf8")}${text}`);
    };

  test.each<Row>([
    { change: "nothing", edit: async () => {} },
    {
      change: "an agent's install.sh",
      edit: append("agents/tool/install.sh"),
      agent: ["definition"],
    },
    { change: "an agent's version", edit: append("agents/tool/VERSION"), agent: ["definition"] },
    {
      change: "the right to run a file",
      edit: async (folder) => chmod(path.join(folder, "agents/tool/install.sh"), 0o755),
      agent: ["definition"],
    },
    {
      change: "whether an agent may be redistributed",
      edit: append("agents/tool/agent.yml", "build_local: false\n"),
      agent: ["redistribution"],
    },
    {
      change: "what an agent is called, and what it shares",
      edit: append("agents/tool/agent.yml", "agent_path: {directories: [~/.tool]}\n"),
    },
    {
      change: "the Dockerfile of all agents",
      edit: append("infra/images/agent.Dockerfile"),
      agent: ["dockerfile"],
    },
    { change: "a base's Dockerfile", edit: append("bases/tiny/Dockerfile"), base: ["dockerfile"] },
    { change: "a file of a base", edit: append("bases/tiny/bash"), base: ["definition"] },
    {
      change: "what a base stands on",
      edit: async (folder) => {
        const file = path.join(folder, "bases/tiny/base.yml");
        const text = await readFile(file, "utf8");
        await writeFile(file, text.replace("scratch", "registry.example/debian:12"));
        await writeFile(
          path.join(folder, "slipway.images.lock"),
          `from_images: {"registry.example/debian:12": {digest: "sha256:${"a".repeat(64)}"}}\n`,
        );
      },
      base: ["from-image"],
    },
    {
      change: "an entry of the lock file that is another image's",
      edit: async (folder) =>
        writeFile(
          path.join(folder, "slipway.images.lock"),
          `from_images: {"registry.example/x:1": {digest: "sha256:${"a".repeat(64)}"}}\n`,
        ),
    },
    {
      change: "a script of an extension",
      edit: append("extensions/marker/scripts/20-more.sh"),
      extended: ["extension 1"],
    },
    {
      change: "a data file of an extension",
      edit: append("extensions/marker/data/text"),
      extended: ["extension 1"],
    },
    {
      change: "a file that an extension's Dockerfile copies",
      edit: append("extensions/own/note"),
      extended: ["extension 2"],
    },
    {
      change: "the Dockerfile of scripts",
      edit: append("infra/images/extension.Dockerfile"),
      extended: ["dockerfile"],
    },
    {
      change: "what an extension is called, and what it shares",
      edit: async (folder) =>
        writeFile(
          path.join(folder, "extensions/marker/extension.yml"),
          "name: Other\ndescription: other\nshares: [/data]\n",
        ),
    },
    {
      change: "the version that is locked",
      edit: async (folder) => {
        const tool = { name: "tool", folder: path.join(folder, "agents/tool"), file: "version.sh" };
        const script = await readVersionScript(tool, signal);
        const definition = script.ok ? script.value.digest : "none";
        await writeFile(
          path.join(folder, "slipway.images.lock"),
          `agents: {tool: {version: 2.0.0, definition: "${definition}"}}\n`,
        );
      },
      agent: ["version"],
    },
    {
      change: "a layout that somebody took away",
      edit: async (folder) => rm(path.join(folder, extended.layout, "blobs"), { recursive: true }),
      extended: ["never-built"],
    },
  ])("for $change", async ({ edit, ...expected }) => {
    const copy = await mkdtemp(path.join(os.tmpdir(), "slipway-make-copy-"));
    try {
      await cp(root, copy, { recursive: true });
      await edit(copy);
      const made = {
        base: await makeBase(session("never", copy), base),
        agent: await makeAgent(session("never", copy), agent),
        extended: await makeExtended(session("never", copy), extended),
      };
      for (const kind of ["base", "agent", "extended"] as const) {
        const result = made[kind];
        const rows = result.ok ? rowsOf(result.value) : ["never-built"];
        expect([kind, rows]).toEqual([kind, expected[kind] ?? []]);
      }
    } finally {
      await rm(copy, { recursive: true });
    }
  });

  test("for a base that differs by a variable alone, as all that stands on it is", async () => {
    const dockerfile = path.join(root, "bases/tiny/Dockerfile");
    await writeFile(dockerfile, `${baseDockerfile}ENV COLOUR=blue\n`);
    const before = await makeAll("never");
    madeBy(await makeBase(session(), base));
    const { agent: after } = await makeAll("never");
    expect(rowsOf(before.agent)).toEqual([]);
    expect(rowsOf(after)).toEqual(["base"]);
    const made = await makeAll();
    expect(rowsOf(made.extended)).toEqual(["base"]);
    await load(extended.layout);
    expect(inContainer(extended.reference, "sh", "-c", "echo $COLOUR")).toBe("blue\n");
  });

  test("and one whose build fails is as it was, which the failure says", async () => {
    await makeAll();
    await load(agent.layout);
    const install = path.join(root, "agents/tool/install.sh");
    const text = await readFile(install, "utf8");
    await writeFile(install, "echo no luck; exit 3\n");
    const before = madeBy(await makeAgent(session("never"), agent)).receipt;
    expect(await makeAgent(session(), agent)).toMatchObject({
      ok: false,
      failure: {
        reason: "image-not-renewed",
        reference: "slipway/tool:tiny",
        imageId: before.imageId,
        agentVersion: "1.0.0",
        because: { reason: "build-failed" },
      },
    });
    expect(madeBy(await makeAgent(session("never"), agent)).receipt).toEqual(before);
    expect(inContainer("slipway/tool:tiny", "tool")).toBe("tool 1.0.0\n");
    await writeFile(install, text);
    expect(rowsOf(madeBy(await makeAgent(session(), agent)))).toEqual([]);
  });

  test("an extension that breaks the agent is refused", async () => {
    await writeFileAtomically(
      path.join(root, "extensions/breaks/extension.yml"),
      "name: Breaks\ndescription: breaks the agent\n",
    );
    await writeFileAtomically(
      path.join(root, "extensions/breaks/scripts/1.sh"),
      "#!/bin/sh\nrm /usr/local/bin/tool\n",
    );
    const request = {
      ...extended,
      reference: "slipway/extended:tool--tiny--breaks",
      layout: "images/breaks/dist/image",
      extensions: [extensionOf("breaks")],
    };
    expect(await makeExtended(session(), request)).toMatchObject({
      failure: {
        reason: "agent-version-differs",
        answered: "tool: not found in the image (exit code 127)",
      },
    });
  });

  test("an extension that does nothing is refused", async () => {
    await writeFileAtomically(
      path.join(root, "extensions/idle/extension.yml"),
      "name: Idle\ndescription: nothing\n",
    );
    const request = { ...extended, extensions: [extensionOf("idle")] };
    expect(await makeExtended(session(), request)).toEqual({
      ok: false,
      failure: { reason: "extension-empty", file: "extensions/idle/extension.yml" },
    });
  });
});

describe("what an image stands on", () => {
  test("may be another base of the workspace, and an image that its Dockerfile copies from", async () => {
    await makeAll();
    await writeFileAtomically(
      path.join(root, "bases/more/base.yml"),
      (files["bases/tiny/base.yml"] ?? "").replace("scratch", "slipway/base:tiny"),
    );
    await writeFileAtomically(
      path.join(root, "bases/more/Dockerfile"),
      "ARG FROM_IMAGE\nFROM ${FROM_IMAGE}\nCOPY --from=slipway/tool:tiny /usr/local/bin/tool /usr/local/bin/copied\n",
    );
    const request: BaseRequest = {
      ...base,
      name: "more",
      project: "more",
      folder: "bases/more",
      layout: "bases/more/dist/image",
      images: [baseSource, extended.agent ?? baseSource],
    };
    const { receipt } = madeBy(await makeBase(session(), request));
    expect(receipt.below).toEqual([base.layout]);
    const { agent: below } = await makeAll("never");
    expect(receipt.inputs["image slipway/tool:tiny"]).toBe(below.receipt.imageId);
    await load(request.layout);
    expect(inContainer("slipway/base:more", "copied")).toBe("tool 1.0.0\n");
  });

  test("is refused where nothing makes it and nothing pins it", async () => {
    await writeFileAtomically(
      path.join(root, "bases/loose/base.yml"),
      (files["bases/tiny/base.yml"] ?? "").replace("scratch", "registry.example/debian:12"),
    );
    await writeFileAtomically(path.join(root, "bases/loose/Dockerfile"), "FROM scratch\n");
    const request = { ...base, name: "loose", folder: "bases/loose", layout: "bases/loose/dist" };
    expect(await makeBase(session(), request)).toEqual({
      ok: false,
      failure: {
        reason: "from-image-unpinned",
        file: "bases/loose/base.yml",
        fromImage: "registry.example/debian:12",
      },
    });
  });

  test("may be an image of a registry that the lock file pins, whose layers stay as they are", async () => {
    await using server = await startRegistryRig();
    const reference = `${server.host}/published/tiny:1`;
    const { base: below } = await makeAll("never");
    const pushed = await pushLayout(openRegistry(), {
      workspaceRoot: root,
      layout: base.layout,
      reference,
      below: [],
      target: "tiny:image",
    });
    expect(pushed).toMatchObject({ ok: true, value: { state: "done" } });
    await writeFileAtomically(
      path.join(root, "bases/pinned/base.yml"),
      (files["bases/tiny/base.yml"] ?? "").replace("scratch", reference),
    );
    await writeFileAtomically(
      path.join(root, "bases/pinned/Dockerfile"),
      "ARG FROM_IMAGE\nFROM ${FROM_IMAGE}\nRUN echo pinned > /pinned\n",
    );
    const { manifestDigest, diffIds } = below.receipt;
    const lock = path.join(root, "slipway.images.lock");
    await writeFile(lock, `from_images: {"${reference}": {digest: "${manifestDigest}"}}\n`);
    const request = {
      ...base,
      name: "pinned",
      folder: "bases/pinned",
      layout: "bases/pinned/dist",
    };
    const { receipt } = madeBy(await makeBase(session(), request));
    expect(receipt.inputs["from-image"]).toBe(manifestDigest);
    expect(receipt.below).toEqual([]);
    expect(receipt.diffIds.slice(0, diffIds.length)).toEqual(diffIds);
    await rm(lock);
    await load(request.layout);
    expect(inContainer("slipway/base:pinned", "cat", "/pinned")).toBe("pinned\n");
  });
});

describe("a push", () => {
  test("takes the layers below from where their image went, and gives what an engine pulls by digest", async () => {
    await using server = await startRegistryRig();
    const file = path.join(root, "agents/tool/agent.yml");
    const text = await readFile(file, "utf8");
    await writeFile(file, `${text}build_local: false\n`);
    madeBy(await makeBase(session(), base));
    const { receipt } = madeBy(await makeAgent(session(), agent));
    const questions: string[] = [];
    const registry = openRegistry({ counted: (question) => void questions.push(question) });
    const below = [{ layout: base.layout, reference: `${server.host}/images/base:tiny` }];
    const reference = `${server.host}/images/tool:tiny`;
    const push = async () =>
      pushLayout(registry, {
        workspaceRoot: root,
        layout: agent.layout,
        reference,
        below,
        target: "tool:image-tiny",
      });
    for (const { layout, reference: to } of below) {
      const request = { workspaceRoot: root, layout, reference: to, below: [], target: "test" };
      expect(await pushLayout(registry, request)).toMatchObject({ ok: true });
    }
    questions.length = 0;
    expect(await push()).toMatchObject({ ok: true, value: { state: "done" } });
    // Its own layer and its config are sent, and no layer of the base; then its bill of materials, with an empty config.
    const sent = questions.filter(
      (question) => question.startsWith("PUT ") && question.includes("/blobs/uploads/"),
    );
    expect(sent).toHaveLength(4);
    questions.length = 0;
    expect(await push()).toMatchObject({ ok: true, value: { state: "unchanged" } });
    // The image, and what refers to it: where a registry has no list of that, by its tag.
    const asks = questions.map((question) => question.replace(/ .*\/(\w+)\/.*/, " $1"));
    expect(asks).toEqual(["HEAD manifests", "GET referrers", "GET manifests"]);
    const byDigest = `${server.host}/images/tool@${receipt.manifestDigest}`;
    const pulled = await engine.pull(byDigest, { signal, timeoutMs: 60_000, progress: () => {} });
    expect(pulled).toEqual({ ok: true, value: receipt.imageId });
    expect(inContainer(byDigest, "tool")).toBe("tool 1.0.0\n");
    await writeFile(file, text);
    expect(rowsOf(madeBy(await makeAgent(session(), agent)))).toEqual(["redistribution"]);
  });

  test("of what may not be redistributed is refused before the registry is asked", async () => {
    const questions: string[] = [];
    const registry = openRegistry({ counted: (question) => void questions.push(question) });
    for (const layout of [agent.layout, extended.layout]) {
      const request = { workspaceRoot: root, layout, below: [], target: "test" };
      expect(
        await pushLayout(registry, { ...request, reference: "localhost:9/images/tool:tiny" }),
      ).toMatchObject({ failure: { reason: "image-local-only" } });
    }
    expect(questions).toEqual([]);
  });
});
