import path from "node:path";
import { writeFileAtomically } from "@slipway/signature";

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
