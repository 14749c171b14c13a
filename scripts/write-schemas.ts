// Writes the schema.json of every executor and generator from its options.ts.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { schemaFolders, schemaText } from "./schemas.ts";

const root = path.join(import.meta.dirname, "..");

function textIn(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

for (const folder of schemaFolders(root)) {
  const file = path.join(root, folder, "schema.json");
  const text = await schemaText(root, folder);
  if (textIn(file) === text) continue;
  writeFileSync(file, text);
  process.stdout.write(`wrote ${folder}/schema.json\n`);
}
