import { stringify } from "yaml";
import type { output } from "zod";
import type { Options } from "./options.ts";

/** A file of an agent's folder. */
export type AgentFile = {
  readonly name: string;
  readonly text: string;
  readonly isExecutable: boolean;
};

/** The four files that make a folder an agent. What only a person can know is left to its default. */
export function agentFiles(agent: output<typeof Options>): readonly AgentFile[] {
  const definition = { agent_full_name: agent.fullName, agent_homepage: agent.homepage };
  return [
    { name: "agent.yml", text: stringify(definition, { lineWidth: 0 }), isExecutable: false },
    { name: "VERSION", text: `${agent.agentVersion}\n`, isExecutable: false },
    { name: "install.sh", text: installScript(agent.package), isExecutable: true },
    { name: "version.sh", text: versionScript, isExecutable: true },
  ];
}

function installScript(npmPackage: string): string {
  return `#!/usr/bin/env bash
# Runs as root in the image build; AGENT_VERSION is what version.sh printed.
set -euo pipefail
npm install --global --no-fund --no-audit --loglevel=error "${npmPackage}@\${AGENT_VERSION}"
`;
}

const versionScript = `#!/usr/bin/env bash
# Prints the version that the image gets. It is pinned: a new one is a change in this repository.
set -euo pipefail
cat "$(dirname "$0")/VERSION"
`;
