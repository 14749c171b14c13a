import path from "node:path";
import { digestOf } from "./digest.ts";
import type { Digest } from "./digest.ts";
import type { DerivationFailure } from "./failure.ts";
import { closeSync, openSync, readSync } from "./file-system.ts";
import type { Derivation } from "./nx-targets.ts";
import { readTextIfPresent } from "./read-text.ts";
import type { Fileset, TargetDefinition } from "./target.ts";
import { isUnwritable } from "./tree/cache-folder.ts";

/** Where the definitions of a workspace's targets are kept, since making Nx's graph takes a second. */
export function definitionsFile(workspaceRoot: string): string {
  return path.join(workspaceRoot, ".slipway", "definitions.json");
}

/**
 * Three lines: the key under which they stand, the digest of the third line, and the definitions. Many share their
 * filesets, so those are kept once. Where nothing can be written the next command makes the graph again.
 */
export async function storeDefinitions(
  file: string,
  key: Digest,
  { definitions, failures }: Derivation,
): Promise<void> {
  const filesets = new Map<string, number>();
  const numberOf = (fileset: Fileset): number => {
    const text = JSON.stringify(fileset);
    const number = filesets.get(text) ?? filesets.size;
    filesets.set(text, number);
    return number;
  };
  const stored = definitions.map((definition) => ({
    ...definition,
    inputs: { ...definition.inputs, filesets: definition.inputs.filesets.map(numberOf) },
  }));
  const body = JSON.stringify({
    filesets: [...filesets.keys()].map((text): unknown => JSON.parse(text)),
    definitions: stored,
    failures: [...failures],
  });
  // Loaded here: most commands find them stored.
  const { writeFileAtomically } = await import("./files.ts");
  const text = `${key}\n${digestOf(body)}\n${body}\n`;
  try {
    await writeFileAtomically(file, text, { isDurable: false });
  } catch (error) {
    if (!isUnwritable(error)) throw error;
  }
}

/** Whether definitions stand under the key, by the first line alone: for those who have them and would store them. */
export function hasDefinitions(file: string, key: Digest): boolean {
  const line = Buffer.alloc(key.length + 1);
  let opened: number | undefined;
  try {
    opened = openSync(file, "r");
    readSync(opened, line);
  } catch {
    return false;
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
  return line.toString() === `${key}\n`;
}

/** `undefined`: none are kept, those that are stand under another key, or the file is damaged. */
export async function readDefinitions(file: string, key: Digest): Promise<Derivation | undefined> {
  const text = await readTextIfPresent(file).catch((error: unknown) => {
    // Somebody else's, or no file at all.
    if (isUnwritable(error)) return undefined;
    throw error;
  });
  if (text === undefined || !text.startsWith(`${key}\n`)) return undefined;
  const [, checksum, body = ""] = text.split("\n");
  if (digestOf(body) !== checksum) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written above: the digest says by this code, the key by this version of it
  const { filesets, definitions, failures } = JSON.parse(body) as Stored;
  return {
    definitions: definitions.map((definition) => ({
      ...definition,
      inputs: {
        ...definition.inputs,
        filesets: definition.inputs.filesets.flatMap((number) => filesets[number] ?? []),
      },
    })),
    failures: new Map(failures),
  };
}

type Stored = {
  readonly filesets: readonly Fileset[];
  readonly definitions: readonly (Omit<TargetDefinition, "inputs"> & {
    readonly inputs: Omit<TargetDefinition["inputs"], "filesets"> & {
      readonly filesets: readonly number[];
    };
  })[];
  readonly failures: readonly (readonly [string, DerivationFailure])[];
};
