import type { Folder } from "../folder.ts";
import type { Language, Manager, VersionSource } from "./language.ts";
import { parseWanted } from "./version.ts";
import type { Wanted } from "./version.ts";

export type FoundVersion = {
  readonly file: string;
  /** As the file says it. */
  readonly text: string;
  /** `undefined`: of a name that stands for another version every day. */
  readonly wanted: Wanted | undefined;
};

/** What asdf and mise read: a line for each tool. */
export function toolVersions(tool: string): VersionSource {
  const line = new RegExp(String.raw`^${tool}[ \t]+(\S+)`, "m");
  return { file: ".tool-versions", read: (text) => line.exec(text)?.[1] };
}

/** The first line that is no comment. */
export function firstLine(text: string): string | undefined {
  return text
    .split("\n")
    .map((line) => line.trim())
    .find((line) => line !== "" && !line.startsWith("#"));
}

export function findVersion({ versions }: Language, folder: Folder): FoundVersion | undefined {
  for (const { file, read } of versions) {
    const text = folder.text(file);
    const said = text === undefined ? undefined : read(text)?.trim();
    if (said !== undefined && said !== "") return { file, text: said, wanted: parseWanted(said) };
  }
  return undefined;
}

export type FoundManager = {
  readonly manager: Manager;
  readonly lock: string;
  /** Locks of other managers that are there too. */
  readonly others: readonly string[];
};

export function findManager({ managers }: Language, folder: Folder): FoundManager | undefined {
  const [first, ...others] = managers.flatMap((manager) => {
    const lock = manager.locks.find((file) => folder.has(file));
    return lock === undefined ? [] : [{ manager, lock }];
  });
  return first === undefined ? undefined : { ...first, others: others.map(({ lock }) => lock) };
}

/** Each of which says that the language is used. */
export function filesOf({ markers, managers }: Language): readonly string[] {
  return [...new Set([...markers, ...managers.flatMap(({ locks }) => locks)])];
}
