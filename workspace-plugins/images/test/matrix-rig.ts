import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openRegistry } from "@slipway/registry";
import { writeFileAtomically } from "@slipway/signature";
import type { BuildSession } from "../src/build.ts";
import type { GraphImage } from "../src/image-graph.ts";
import { makeAgent } from "../src/make-agent.ts";
import { makeBase } from "../src/make-base.ts";
import { makeExtended } from "../src/make-extended.ts";
import { readSourceImages } from "../src/matrix/source-images.ts";
import type { SourceImages } from "../src/matrix/source-images.ts";
import { publishedReference } from "../src/names.ts";
import { pushLayout } from "../src/push.ts";
import { madeBy, openBuildingEngine, sessionWith } from "./building-engine.ts";

type Files = Readonly<Record<string, string>>;

const baseOf = (from: string, architectures: string) =>
  `from_image: ${from}\nbase_image_distro: None\nbase_image_description: x\narchitectures: [${architectures}]\n`;
const agentFiles = (name: string, more: string): Files => ({
  [`agents/${name}/agent.yml`]: `agent_full_name: Agent\nagent_homepage: https://agent.example\n${more}`,
  [`agents/${name}/install.sh`]: "#!/bin/sh\n",
  [`agents/${name}/version.sh`]: "echo 1.0.0\n",
});

/** Two bases, the second on the first and for one processor; an agent that may be redistributed, one that may not. */
export const workspaceFiles: Files = {
  "nx.json": "{}",
  "infra/images/agent.Dockerfile": "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\n",
  "infra/images/extension.Dockerfile": "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\n# scripts\n",
  "bases/tiny/base.yml": baseOf("scratch", "amd64, arm64"),
  "bases/tiny/Dockerfile": "ARG FROM_IMAGE\nFROM ${FROM_IMAGE}\n",
  "bases/more/base.yml": baseOf("slipway/base:tiny", "amd64"),
  "bases/more/Dockerfile": "ARG FROM_IMAGE\nFROM ${FROM_IMAGE}\nRUN more\n",
  ...agentFiles("tool", "build_local: false\n"),
  ...agentFiles("local", "build_local: true\n"),
  "extensions/marker/extension.yml": "name: Marker\ndescription: x\n",
  "extensions/marker/scripts/10-mark.sh": "#!/bin/sh\n",
  "extensions/own/extension.yml": "name: Own\ndescription: x\n",
  "extensions/own/Dockerfile": "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nCOPY note /note\n",
  "extensions/own/note": "a note\n",
  "images/full/image-extended.yml": "agent: tool\nbase: more\nextensions: [own, marker]\n",
};

export async function writeFiles(root: string, files: Files): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await writeFileAtomically(path.join(root, file), text);
  }
}

/** Where a base or an extended image is laid out. */
export function layersOf(reference: string, folder: string) {
  return { reference, layout: `${folder}/dist/image`, target: `${folder}:image` };
}

/** That workspace in a temporary folder, or a copy of one; it is built for amd64, by an engine in memory. */
export type MatrixRig = AsyncDisposable & {
  readonly root: string;
  readonly write: (files: Files) => Promise<void>;
  /** Every image whose table is not as its receipt has it. */
  readonly build: () => Promise<void>;
  /** Pushes all that may be, below `prefix`. */
  readonly push: (prefix: string) => Promise<void>;
  readonly sources: () => Promise<SourceImages>;
};

export async function openMatrixRig(copied?: Pick<MatrixRig, "root">): Promise<MatrixRig> {
  const root = await mkdtemp(path.join(tmpdir(), "slipway-matrix-"));
  if (copied === undefined) await writeFiles(root, workspaceFiles);
  else await cp(copied.root, root, { recursive: true });
  const { signal } = new AbortController();
  const sources = async (): Promise<SourceImages> => {
    const found = await readSourceImages(root, signal);
    if (!found.ok) throw new Error(JSON.stringify(found.failure));
    return found.value;
  };
  const built = async () =>
    (await sources()).images
      .filter(({ architecture }) => architecture === "amd64")
      .map(({ image }) => image);
  return {
    root,
    write: async (files) => writeFiles(root, files),
    build: async () => {
      const session = sessionWith(openBuildingEngine().engine, root);
      for (const image of await built()) madeBy(await makeOne(session, image));
    },
    push: async (prefix) => {
      for (const { layout, reference, buildsLocally } of await built()) {
        if (buildsLocally) continue;
        const to = publishedReference(prefix, reference);
        const request = { workspaceRoot: root, layout, reference: to, below: [], target: "test" };
        const pushed = await pushLayout(openRegistry(), request);
        if (!pushed.ok) throw new Error(JSON.stringify(pushed.failure));
      }
    },
    sources,
    [Symbol.asyncDispose]: async () => rm(root, { recursive: true, force: true }),
  };
}

/** As the targets of Nx do. */
async function makeOne(session: BuildSession, image: GraphImage) {
  const { folder, layout, reference, on, named, extensions } = image;
  const own = { name: folder.name, project: folder.project, folder: folder.root, layout };
  const below = on === undefined ? [] : [sourceOf(on)];
  switch (folder.kind) {
    case "base":
      return makeBase(session, {
        ...own,
        rootfs: undefined,
        images: [...below, ...named.map(sourceOf)],
      });
    case "agent":
    case "image-extended": {
      const [source] = below;
      if (source === undefined || on === undefined) throw new Error(`${reference} on nothing`);
      const standsOn = { name: on.folder.name, ...source };
      if (folder.kind === "agent") return makeAgent(session, { ...own, base: standsOn });
      return makeExtended(session, {
        ...own,
        reference,
        agent: standsOn,
        extensions: extensions.map(({ name, root }) => ({ name, folder: root })),
        images: named.map(sourceOf),
      });
    }
    case "extension":
      throw new Error("an extension is no image");
  }
}

function sourceOf({ reference, layout, folder, suffix }: GraphImage) {
  return { reference, layout, target: `${folder.project}:image${suffix}` };
}
