import { mkdir } from "node:fs/promises";
import path from "node:path";
import { hexOf, ok, readTextIfPresent, writeFileAtomically } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { isRecordOf, recordOf } from "./success-record.ts";
import type { SuccessStore } from "./success-record.ts";

export function folderStore(folder: string): SuccessStore {
  const fileOf = (namespace: string, signature: Digest): string =>
    path.join(folder, namespace, `${hexOf(signature)}.json`);
  return {
    has: async (namespace, signature) => {
      const text = await readTextIfPresent(fileOf(namespace, signature));
      return ok(text !== undefined && isRecordOf(text, signature));
    },
    record: async (namespace, signature, job) => {
      const file = fileOf(namespace, signature);
      if (isRecordOf((await readTextIfPresent(file)) ?? "", signature)) return ok(undefined);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFileAtomically(file, recordOf(signature, job));
      return ok(undefined);
    },
  };
}
