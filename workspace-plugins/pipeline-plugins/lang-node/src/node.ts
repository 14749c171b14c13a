import { firstLine, toolVersions } from "@slipway/pipeline-kit/language";
import type { Language } from "@slipway/pipeline-kit/language";
import { checkVersion } from "@slipway/pipeline-kit/setup";
import { bun, npm, pnpm, unlockedNpm, yarn } from "./managers.ts";
import { packageText } from "./package-file.ts";

/** By these words `.nvmrc` and `.node-version` mean a line of versions that has long support. */
const supportedLines = {
  argon: "4",
  boron: "6",
  carbon: "8",
  dubnium: "10",
  erbium: "12",
  fermium: "14",
  gallium: "16",
  hydrogen: "18",
  iron: "20",
  jod: "22",
  krypton: "24",
} as const;

const lines = new Map<string, string>(Object.entries(supportedLines));

function lineOf(text: string): string | undefined {
  const said = firstLine(text);
  return lines.get((said ?? "").toLowerCase().replace(/^lts\//, "")) ?? said;
}

export const node: Language = {
  name: "node",
  markers: ["package.json"],
  versions: [
    { file: ".nvmrc", read: lineOf },
    { file: ".node-version", read: lineOf },
    toolVersions("nodejs"),
    { file: "package.json", read: (text) => packageText(text, "volta", "node") },
    { file: "package.json", read: (text) => packageText(text, "engines", "node") },
    { file: "package.json", read: runtimeOf },
  ],
  managers: [npm, yarn, pnpm, bun],
  unlocked: unlockedNpm,
  cacheAlias: "node_modules",
  // Of a range it would take the newest of all: the lowest version, which may be a line of them, is within it.
  github: ({ version }) => ({
    reference: "actions/setup-node@v4",
    with: { "node-version": version },
  }),
  setup: checkVersion({ name: "node", version: "node --version", image: "node" }),
};

function runtimeOf(text: string): string | undefined {
  return packageText(text, "devEngines", "runtime", "name") === "node"
    ? packageText(text, "devEngines", "runtime", "version")
    : undefined;
}
