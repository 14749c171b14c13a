import { constants, cp, mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { exists, fail, ok, replaceFolder } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { NetworkFailure } from "./failure.ts";
import { stateFiles } from "./state.ts";

/** Copies of a state by name, in its own folder. The state must be idle while it is saved, and closed while it is restored. */
export type SavedStates = {
  readonly save: (name: string) => Promise<Result<undefined, NetworkFailure>>;
  readonly find: (name: string) => Promise<Result<undefined, NetworkFailure>>;
  readonly restore: (name: string) => Promise<void>;
  readonly names: () => Promise<readonly string[]>;
};

export function openSavedStates(folder: string): SavedStates {
  const saved = path.join(folder, "saved");
  return {
    save: async (name) => {
      await mkdir(saved, { recursive: true });
      return replaceFolder(path.join(saved, name), async (partial) => {
        await copy(folder, partial);
        return ok(undefined);
      });
    },
    find: async (name) =>
      (await exists(path.join(saved, name)))
        ? ok(undefined)
        : fail({ reason: "state-unknown", name }),
    restore: (name) => copy(path.join(saved, name), folder),
    names: async () => {
      const entries = await readdir(saved).catch(() => []);
      return entries.filter((name) => !name.includes(".")).toSorted();
    },
  };
}

async function copy(from: string, to: string): Promise<void> {
  for (const file of Object.values(stateFiles)) {
    await rm(path.join(to, file), { recursive: true, force: true });
    const source = path.join(from, file);
    if (await exists(source)) await cp(source, path.join(to, file), copyOptions);
  }
}

const copyOptions = { recursive: true, mode: constants.COPYFILE_FICLONE } as const;
