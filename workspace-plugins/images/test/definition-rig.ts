import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readCatalogue } from "../src/catalogue/read-catalogue.ts";
import type { Catalogue } from "../src/catalogue/entry.ts";

type Files = Readonly<Record<string, string>>;

/** A workspace, a packaged set and a home, for definitions of all three places. */
export type DefinitionRig = AsyncDisposable & {
  readonly workspace: string;
  readonly home: string;
  readonly packaged: string;
  /** Adds files; paths are relative to one of the three folders. */
  readonly write: (folder: string, files: Files) => Promise<void>;
  readonly read: () => Promise<Catalogue>;
};

export async function openDefinitionRig({ home: homeName = "home" } = {}): Promise<DefinitionRig> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), "slipway-definitions-")));
  const [workspace, home, data] = [
    path.join(root, "workspace"),
    path.join(root, homeName),
    path.join(root, "data"),
  ];
  for (const folder of [workspace, home, data]) await mkdir(folder, { recursive: true });
  return {
    workspace,
    home,
    packaged: path.join(data, "slipway/definitions"),
    write: async (folder, files) => {
      for (const [name, text] of Object.entries(files)) {
        const file = path.join(folder, name);
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, text);
      }
    },
    read: async () => {
      const variables = { HOME: home, XDG_DATA_HOME: data };
      const signal = new AbortController().signal;
      const read = await readCatalogue({ workspaceRoot: workspace, variables }, signal);
      if (!read.ok) throw new Error(JSON.stringify(read.failure));
      return read.value;
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** What an agent's folder needs, under this path. */
export function agentFiles(folder: string, more = ""): Files {
  return {
    [`${folder}/agent.yml`]: `agent_full_name: Agent\nagent_homepage: https://agent.example\n${more}`,
    [`${folder}/install.sh`]: "#!/bin/sh\n",
    [`${folder}/version.sh`]: "#!/bin/sh\n",
  };
}

/** What a base's folder needs, under this path. */
export function baseFiles(folder: string, distro = "Debian", more = ""): Files {
  return {
    [`${folder}/base.yml`]: `from_image: localhost:5055/rootfs:bookworm\nbase_image_distro: ${distro}\nbase_image_description: A base\narchitectures: [amd64]\n${more}`,
    [`${folder}/Dockerfile`]: "ARG FROM_IMAGE\nFROM ${FROM_IMAGE}\n",
  };
}

/** An extension of one script, under this path. */
export function extensionFiles(folder: string): Files {
  return {
    [`${folder}/extension.yml`]: "name: Extension\ndescription: Adds a file\n",
    [`${folder}/scripts/10-add.sh`]: "#!/bin/sh\n",
  };
}
