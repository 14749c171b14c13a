import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { DetectResultSchema } from "@slipway/pipeline-sdk/protocol";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { foldersWith, openFolder } from "../folder.ts";
import type { Folder } from "../folder.ts";
import type { Tree } from "../tree.ts";
import type { Plain } from "../graph.ts";
import type { DiagnosticInit } from "../inputs.ts";
import { filesOf, findManager, findVersion } from "./find.ts";
import type { FoundManager, FoundVersion } from "./find.ts";
import type { Language } from "./language.ts";

export type Detected = Plain<MessageInitShape<typeof DetectResultSchema>>;

/** Of the outermost folder with the language, the first by its name. */
export function detectLanguage(language: Language, tree: Tree): Detected {
  const files = filesOf(language);
  const [first] = foldersWith(tree, files);
  if (first === undefined) return { signals: [], facts: {}, confidence: 0 };
  const folder = openFolder(tree, first);
  const version = findVersion(language, folder);
  const found = findManager(language, folder);
  const facts = {
    [`${language.name}_version`]: version?.wanted?.version,
    [`${language.name}_manager`]: found?.manager.name,
    [`${language.name}_path`]: first === "" ? undefined : first,
    ...found?.manager.facts?.(folder),
  };
  return {
    signals: [
      `${language.name}_detected`,
      ...files.filter((file) => folder.has(file)).map(signalOf),
    ],
    facts: Object.fromEntries(
      Object.entries(facts).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
    confidence: confidenceOf(folder, found, version),
    diagnostics: [
      ...lockProblems(language, folder, found),
      ...versionProblems(language, folder, version),
    ],
  };
}

function signalOf(file: string): string {
  return `has_${file.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_")}`;
}

function confidenceOf(
  folder: Folder,
  manager: FoundManager | undefined,
  version: FoundVersion | undefined,
): number {
  const known = (manager === undefined ? 0 : 1) + (version === undefined ? 0 : 1);
  return (folder.path === "" ? 0.5 : 0.25) + known / 4;
}

function lockProblems(
  { name, markers }: Language,
  folder: Folder,
  found: FoundManager | undefined,
): readonly DiagnosticInit[] {
  if (found === undefined) {
    const marker = markers.find((file) => folder.has(file)) ?? name;
    return [
      {
        level: Diagnostic_Level.INFO,
        code: codeOf(name, 1),
        title: "no lock file",
        message: `beside ${placeOf(folder, marker)} is no lock file: each run installs what is newest`,
        fixHint: "commit the lock file of the package manager",
        place: { file: placeOf(folder, marker) },
      },
    ];
  }
  return found.others.map((other) => ({
    level: Diagnostic_Level.WARNING,
    code: codeOf(name, 2),
    title: "lock files of two package managers",
    message: `${placeOf(folder, found.lock)} is used, and ${placeOf(folder, other)} is not read`,
    fixHint: "delete the one that is not kept up",
    place: { file: placeOf(folder, other) },
  }));
}

function versionProblems(
  { name }: Language,
  folder: Folder,
  version: FoundVersion | undefined,
): readonly DiagnosticInit[] {
  if (version === undefined || version.wanted !== undefined) return [];
  return [
    {
      level: Diagnostic_Level.INFO,
      code: codeOf(name, 3),
      title: "a version that moves",
      message: `${placeOf(folder, version.file)} says ${version.text}, which is another version from time to time: none is checked`,
      fixHint: "write its number",
      place: { file: placeOf(folder, version.file), line: 1, column: 1 },
    },
  ];
}

/** NODE_001 */
export function codeOf(language: string, number: number): string {
  return `${language.toUpperCase()}_${String(number).padStart(3, "0")}`;
}

function placeOf({ path }: Folder, file: string): string {
  return path === "" ? file : `${path}/${file}`;
}
