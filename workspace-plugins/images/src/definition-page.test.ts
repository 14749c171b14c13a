import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { AgentDefinition } from "./definition.ts";
import { definitionDocuments } from "./definition-page.ts";

const root = path.join(import.meta.dirname, "../../..");

test.each([...definitionDocuments()])(
  "%s follows from the definitions (node scripts/write-schemas.ts)",
  (file, text) => {
    expect(readFileSync(path.join(root, file), "utf8")).toBe(text);
  },
);

test("every field has its meaning on the page", () => {
  const page = definitionDocuments().get("docs/definitions.md") ?? "";
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  expect(rows.filter((row) => /\| +\|$/.test(row))).toEqual([]);
  for (const field of Object.keys(AgentDefinition.shape)) expect(page).toContain(`| \`${field}\``);
});

test("an editor's schema takes what may be left out, and no key that is not known", () => {
  const text = definitionDocuments().get("docs/schemas/agent.schema.json") ?? "";
  const schema = z
    .looseObject({
      additionalProperties: z.boolean(),
      required: z.array(z.string()),
      properties: z.record(z.string(), z.unknown()),
    })
    .parse(JSON.parse(text));
  expect(schema.additionalProperties).toBe(false);
  expect(schema.required).toEqual(["agent_full_name", "agent_homepage"]);
  expect(Object.keys(schema.properties)).toEqual(Object.keys(AgentDefinition.shape));
  expect(text).not.toContain("formerly");
});
