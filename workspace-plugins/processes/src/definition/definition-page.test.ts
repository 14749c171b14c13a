import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parseYaml } from "@slipway/definitions";
import { z } from "zod";
import { aoDocuments, example } from "./definition-page.ts";
import { parseDefinition } from "./definition.ts";

const root = path.join(import.meta.dirname, "../../../..");

test.each([...aoDocuments()])(
  "%s follows from the definition (node scripts/write-schemas.ts)",
  (file, text) => {
    expect(readFileSync(path.join(root, file), "utf8")).toBe(text);
  },
);

function rows(): readonly string[] {
  const page = aoDocuments().get("docs/processes.md") ?? "";
  return page.split("\n").filter((line) => line.startsWith("| `"));
}

test("every field has its meaning on the page, and stands in the example, which is valid", () => {
  expect(rows().filter((row) => /\| +\|$/.test(row))).toEqual([]);
  const parsed = parseDefinition(example, "ao.yml");
  expect(parsed.ok ? [] : parsed.failure).toEqual([]);
  const names = rows().map(
    (row) => /`(?:[\w.]+\.)?(?<name>\w+)`/.exec(row)?.groups?.["name"] ?? row,
  );
  const absent = names.filter((name) => !new RegExp(`\\b${name}:`).test(example));
  // A signer is the third way to name a wallet; module, scheduler and authority of a process are those of its target.
  expect(absent).toEqual(["signer", "signer"]);
});

test("an editor's schema takes what the definition takes, and refuses what it refuses", () => {
  const text = aoDocuments().get("docs/schemas/ao.schema.json") ?? "";
  const schema = z.record(z.string(), z.json()).parse(JSON.parse(text));
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  const check = (definition: string, expected: boolean): void => {
    expect(parseDefinition(definition, "ao.yml").ok).toBe(expected);
    const plain = parseYaml("ao.yml", definition, z.json());
    expect(plain.ok && validate(plain.value)).toBe(expected);
  };
  const own = readFileSync(path.join(root, "examples/skills-registry/ao.yml"), "utf8");
  check(example, true);
  check(own, true);
  check(example.replace("minify:", "minfy:"), false);
  check(example.replace("network: local", "network: local, mu: https://mu.example"), false);
  check(example.replace("interval: 5-minutes", "interval: often"), false);
  check(example.replace("src/registry.lua", "../registry.lua"), false);
});
