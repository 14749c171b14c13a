import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import { parse } from "smol-toml";
import { expect, test } from "vitest";
import { z } from "zod";
import { planPipeline } from "../plan/plan.ts";
import { exampleHead, examples } from "./guide-examples.ts";
import { pipelineDocuments } from "./definition-page.ts";
import { parsePipeline } from "./parse-pipeline.ts";

const root = path.join(import.meta.dirname, "../../../..");

const documents = pipelineDocuments(new Map());

const texts = Object.entries(examples).map(
  ([name, text]) => [name, name === "small" ? text : `${exampleHead}${text}`] as const,
);

function editorSchema() {
  const text = documents.get("docs/schemas/cig.schema.json") ?? "";
  const schema = z.record(z.string(), z.json()).parse(JSON.parse(text));
  return new Ajv({ strict: false, validateFormats: false }).compile(schema);
}

test("every field has its meaning on the page", () => {
  const page = documents.get("docs/pipelines.md") ?? "";
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  expect(rows.length).toBeGreaterThan(150);
  expect(rows.filter((row) => /\| +\|$/.test(row))).toEqual([]);
});

test.each(texts)("the example %s of the page has no problem", (_name, text) => {
  const planned = planPipeline({ file: "cig.toml", text }, { facts: undefined });
  expect(planned.ok ? [] : planned.failure).toEqual([]);
});

test("an editor's schema takes what the file takes", () => {
  const validate = editorSchema();
  const files = globSync(
    ["cig.toml", "examples/*/cig.toml", "tests/pipelines/golden/*/input/cig.toml"],
    {
      cwd: root,
    },
  );
  expect(files).toContain("examples/pipeline/cig.toml");
  const read = files.map((file) => [file, readFileSync(path.join(root, file), "utf8")] as const);
  const refused = [...texts, ...read].flatMap(([name, text]) =>
    validate(parse(text)) ? [] : [[name, validate.errors]],
  );
  expect(refused).toEqual([]);
});

test("an editor's schema refuses what the file refuses for its shape", () => {
  const validate = editorSchema();
  const check = (jobs: string, expected: boolean): void => {
    const text = `${exampleHead}[jobs.test]\n${jobs}\n`;
    expect(parsePipeline("cig.toml", text).ok).toBe(expected);
    expect(validate(parse(text))).toBe(expected);
  };
  const steps = 'steps = [{ run = "true" }]';
  check(steps, true);
  check("approval = true", true);
  check("needs = []", false);
  check(`${steps}\napproval = true`, false);
  check(`${steps}\nstep = 1`, false);
  check('steps = [{ run = "true", uses = "x" }]', false);
  check(`${steps}\ntimeout_minutes = 0`, false);
  check(`${steps}\nskip = "sometimes"`, false);
  check(`${steps}\nenv = { 1A = "x" }`, false);
  check(`${steps}\nenv = { A = { secrt = "X" } }`, false);
  check(`${steps}\nmatrix = { ruby = "3.3" }`, false);
});
