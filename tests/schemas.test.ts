import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { schemaFolders, schemaText } from "../scripts/schemas.ts";

const root = path.join(import.meta.dirname, "..");
const executors = path.join(root, "tools/executors");

type Entry = {
  readonly implementation: string;
  readonly batchImplementation?: string;
  readonly schema: string;
  readonly description: string;
};

function registered(): Readonly<Record<string, Entry>> {
  const file: unknown = JSON.parse(readFileSync(path.join(executors, "executors.json"), "utf8"));
  return (file as { readonly executors: Readonly<Record<string, Entry>> }).executors;
}

function executorFolders(): readonly string[] {
  return globSync("*/executor.ts", { cwd: executors }).map(path.dirname).toSorted();
}

test("schema.json follows from options.ts (node scripts/write-schemas.ts)", async () => {
  const stale: string[] = [];
  for (const folder of schemaFolders(root)) {
    const file = path.join(root, folder, "schema.json");
    const written = existsSync(file) ? readFileSync(file, "utf8") : "";
    if (written !== (await schemaText(root, folder))) stale.push(`${folder}/schema.json`);
  }
  expect(stale).toEqual([]);
});

describe("executors.json", () => {
  test("lists every folder that holds an executor, and no other", () => {
    expect(Object.keys(registered()).toSorted()).toEqual(executorFolders());
  });

  test("names an implementation and a schema that exist, and a sentence for each", () => {
    const wrong = Object.entries(registered()).flatMap(([name, entry]) => {
      const files = [entry.implementation, entry.batchImplementation, entry.schema]
        .filter((file) => file !== undefined)
        .map((file) => file.split("#", 1)[0] ?? "");
      const missing = files.filter((file) => !existsSync(path.join(executors, file)));
      return [
        ...missing.map((file) => `${name}: ${file} does not exist`),
        ...(entry.description === "" ? [`${name}: no description`] : []),
      ];
    });
    expect(wrong).toEqual([]);
  });
});
