// Writes the schema.json of every executor and generator from its options.ts, and what is written of definitions of images, AO processes and pipelines.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { definitionDocuments } from "@slipway/images/definition-page";
import { pipelineDocuments } from "@slipway/pipelines/definition-page";
import { aoDocuments } from "@slipway/processes/definition-page";
import { providerFeatures } from "./provider-features.ts";
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
const pages = [
  ...definitionDocuments(),
  ...aoDocuments(),
  ...pipelineDocuments(providerFeatures()),
];
for (const [name, text] of pages) writeIfOther(name, text);
