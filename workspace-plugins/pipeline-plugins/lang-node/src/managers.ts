import type { Folder, Install, Manager } from "@slipway/pipeline-kit/language";
import { packageText } from "./package-file.ts";

/** `npm ci` deletes node_modules, so what is kept is what it downloaded. */
export const npm: Manager = {
  name: "npm",
  locks: ["package-lock.json", "npm-shrinkwrap.json"],
  install: () => ({
    name: "npm ci",
    command: "npm ci",
    cache: { id: "npm", paths: ["~/.npm"] },
    keyFiles: ["package.json", "package-lock.json", "npm-shrinkwrap.json"],
  }),
  facts: (folder) => declared(folder, "npm"),
};

export function unlockedNpm(): Install {
  return {
    name: "npm install",
    command: "npm install",
    cache: { id: "npm", paths: ["~/.npm"] },
    keyFiles: ["package.json"],
  };
}

export const yarn: Manager = {
  name: "yarn",
  locks: ["yarn.lock"],
  install: (folder) =>
    isModern(folder)
      ? {
          name: "yarn install --immutable",
          command: `${modernYarn}\nyarn install --immutable\n`,
          cache: { id: "yarn", paths: ["~/.yarn/berry/cache", ".yarn/cache"] },
          keyFiles: ["package.json", "yarn.lock", ".yarnrc.yml"],
        }
      : {
          name: "yarn install --frozen-lockfile",
          command: having("yarn", "yarn@1", "yarn install --frozen-lockfile"),
          cache: { id: "yarn", paths: ["~/.cache/yarn", "node_modules"] },
          keyFiles: ["package.json", "yarn.lock"],
        },
  facts: (folder) => declared(folder, "yarn"),
};

/**
 * A yarn that is there may be 1, which knows no `--immutable`: Corepack takes its place. Where Node comes without Corepack, what
 * npm installs brings a yarn too, and does so over one that is there by force only.
 */
const modernYarn =
  "corepack enable yarn >/dev/null 2>&1 || { npm install --global --force corepack && corepack enable yarn; }";

/** Yarn 2 and later write a lock in YAML, which begins with what it is. */
function isModern(folder: Folder): boolean {
  return /^__metadata:/m.test(folder.text("yarn.lock") ?? "");
}

export const pnpm: Manager = {
  name: "pnpm",
  locks: ["pnpm-lock.yaml"],
  install: (folder) => {
    const version = declared(folder, "pnpm")["pnpm_version"] ?? pnpmOfLock(folder);
    return {
      name: "pnpm install --frozen-lockfile",
      command: having("pnpm", `pnpm@${version}`, "pnpm install --frozen-lockfile"),
      cache: { id: "pnpm", paths: ["~/.local/share/pnpm/store"] },
      keyFiles: ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"],
    };
  },
  facts: (folder) => declared(folder, "pnpm"),
};

/** The newest pnpm that writes the lock as it is. */
function pnpmOfLock(folder: Folder): string {
  const version = /^lockfileVersion:\s*['"]?(\d+)/m.exec(folder.text("pnpm-lock.yaml") ?? "")?.[1];
  if (version === "5") return "7";
  return version === "6" ? "8" : "10";
}

export const bun: Manager = {
  name: "bun",
  locks: ["bun.lock", "bun.lockb"],
  install: (folder) => ({
    name: "bun install --frozen-lockfile",
    command: having(
      "bun",
      `bun@${declared(folder, "bun")["bun_version"] ?? "1"}`,
      "bun install --frozen-lockfile",
    ),
    cache: { id: "bun", paths: ["~/.bun/install/cache"] },
    keyFiles: ["package.json", "bun.lock", "bun.lockb"],
  }),
  facts: (folder) => declared(folder, "bun"),
};

/** What `packageManager` says of this one: `pnpm@10.1.0+sha512...` */
function declared(folder: Folder, name: string): Readonly<Record<string, string | undefined>> {
  const said = packageText(folder.text("package.json") ?? "", "packageManager") ?? "";
  const [manager, version] = said.split("@", 2);
  const plain = /^\d+(?:\.\d+)*(?:-[\w.]+)?/.exec(version ?? "")?.[0];
  return manager === name && plain !== undefined ? { [`${name}_version`]: plain } : {};
}

/** Corepack takes the version that `packageManager` says; newer versions of Node come without it. */
function having(program: string, version: string, command: string): string {
  const corepack = program === "bun" ? "" : `corepack enable ${program} >/dev/null 2>&1 || `;
  return `command -v ${program} >/dev/null 2>&1 || ${corepack}npm install --global ${version}\n${command}\n`;
}
