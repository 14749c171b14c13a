import type { Added, Installation, InstalledPackage } from "@slipway/packages";
import type { Outcome } from "@slipway/signature";
import { describeCause } from "./causes.ts";
import { printable } from "./printable.ts";

export type Surroundings = {
  /** The languages in which something is installed that needs packages of that language's own. */
  readonly inNeed?: readonly (keyof typeof formats)[];
  /** The project's, as one names it who stands where the command ran; nothing for that folder itself. */
  readonly folder?: string;
};

/** A line for each package as aigg has it, the sum, and how Python and Node find the packages and what those need. */
export function installationLines(
  installation: Installation,
  { inNeed = [], folder = "" }: Surroundings = {},
): readonly string[] {
  const { packages, removed, facts, cause } = installation;
  const gone = removed.map((key) => `- ${cause === "planned" ? "Remove" : "Removed"} ${key}`);
  if (cause === "planned") return [...packages.map(plannedLine), ...gone, plannedSum(facts)];
  if (packages.length === 0) return [...gone, "No packages to install"];
  const fetched = packages.filter(({ action }) => action === "fetch").length;
  const pythonPath = facts["PYTHONPATH"];
  const within = printable(folder === "" ? "" : `${folder}/`);
  const register = `${within === "" ? "./" : within}.aigogo/register.js`;
  const runsNode = packages.some(({ language }) => language === "javascript");
  return [
    ...packages.map(installedLine),
    ...gone,
    `✓ Installed ${packages.length} package(s) (${fetched} fetched)`,
    ...(pythonPath === undefined
      ? []
      : [
          `  Python: export PYTHONPATH=${pythonPath}`,
          "      or: slipway pkg install in a virtual environment, or with --system",
        ]),
    ...(runsNode ? [`  Node: node --require ${register} <program>`] : []),
    ...inNeed.map((language) => {
      return `  Dependencies: slipway pkg show-deps ${within}aigogo.lock --format ${formats[language]}`;
    }),
  ];
}

/** In which the dependencies of packages of a language are asked for. */
const formats = { python: "requirements", javascript: "npm" } as const;

function installedLine({ key, files = 0, language }: InstalledPackage): string {
  return isLinked(language)
    ? `✓ Installed ${key} (${files} files)`
    : `✓ Stored ${key} (${files} files); ${language} packages have no links`;
}

const plannedWords: Readonly<Record<InstalledPackage["action"], string>> = {
  fetch: "+ Fetch",
  link: "+ Link",
  keep: "= Keep",
  store: "= Keep in the store",
};

function plannedLine({ key, version, source, action }: InstalledPackage): string {
  const from = action === "fetch" ? ` from ${source}` : "";
  return `${plannedWords[action]} ${key} ${version}${from}`;
}

function plannedSum(facts: Installation["facts"]): string {
  const counts = ["fetch", "link", "remove"].map((word) => `${facts[word] ?? 0} to ${word}`);
  return `${counts.join(", ")}; nothing was changed`;
}

function isLinked(language: string): boolean {
  return language === "python" || language === "javascript";
}

/** As aigg has it, and how the package is imported. */
export function addedLines({ state, locked }: Added, lockFile: string): readonly string[] {
  const { key, version, integrity, files, language, source } = locked;
  const head =
    state === "done"
      ? `✓ Added ${key}@${version} to ${lockFile}`
      : `= ${key}@${version} is what ${lockFile} has already`;
  return [
    head,
    `  Hash: ${integrity.slice(0, "sha256:".length + 16)}...`,
    `  Files: ${files.length}`,
    `  Language: ${language}`,
    ...importHint(key, language),
    "  Next: slipway pkg install",
    ...(source.includes("/")
      ? []
      : ["  A build of this machine: push it before others install it"]),
  ];
}

/** As aigg has it, and why; a registry that had the package already is told as such. */
export function pushedLines(reference: string, pushed: Outcome): readonly string[] {
  const { reference: _shown, ...facts } = pushed.facts;
  const head =
    pushed.state === "done"
      ? `✓ Successfully pushed ${reference}`
      : `= ${reference} is in the registry already`;
  return [
    printable(head),
    `  ${describeCause(pushed.cause)}`,
    ...Object.entries(facts).map(([name, value]) => printable(`  ${name}: ${value}`)),
  ];
}

function importHint(key: string, language: string): readonly string[] {
  if (language === "python") return [`  Import: from aigogo.${key} import ...`];
  return language === "javascript" ? [`  Import: import ... from '@aigogo/${key}'`] : [];
}
