// Writes the schema.json of every executor and generator from its options.ts, and what is written of definitions of images and AO processes.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { definitionDocuments } from "@slipway/images/definition-page";
import { aoDocuments } from "@slipway/processes/definition-page";
import { schemaFolders, schemaText } from "./schemas.ts";

const root = path.join(import.meta.dirname, "..");

function textIn(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function writeIfOther(name: string, text: string): void {
  const file = path.join(root, name);
  if (textIn(file) === text) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  process.stdout.write(`wrote ${name}\n`);
}

for (const folder of schemaFolders(root)) {
  writeIfOther(`${folder}/schema.json`, await schemaText(root, folder));
}
for (const [name, text] of [...definitionDocuments(), ...aoDocuments()]) writeIfOther(name, text);
