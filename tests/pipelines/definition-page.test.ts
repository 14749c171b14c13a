import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { pipelineDocuments } from "@slipway/pipelines/definition-page";
import { providerFeatures } from "../../scripts/provider-features.ts";

const root = path.join(import.meta.dirname, "../..");

test.each([...pipelineDocuments(providerFeatures())])(
  "%s follows from the definition and what the providers say of themselves (node scripts/write-schemas.ts)",
  (file, text) => {
    expect(readFileSync(path.join(root, file), "utf8")).toBe(text);
  },
);

test("what a provider does not have is said in the words of the file", () => {
  const page = pipelineDocuments(providerFeatures()).get("docs/pipelines.md") ?? "";
  expect(page).not.toMatch(/`[A-Z][A-Za-z]+\.[a-z_]+`/);
});
