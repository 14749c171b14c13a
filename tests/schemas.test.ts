import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { schemaFolders, schemaText } from "../scripts/schemas.ts";

const root = path.join(import.meta.dirname, "..");
const executors = path.join(root, "tools/executors");

type Entry = {
  readonly implementation: string;
  readonly batchImplementation?: string;
  readonly schema: string;
  readonly description: string;
};

type InferNodes = (files: readonly string[], options: object, context: object) => Promise<unknown>;

const Plugin = z.object({
  createNodes: z.tuple([z.string(), z.custom<InferNodes>((value) => typeof value === "function")]),
});

const Target = z.object({ executor: z.string(), options: z.unknown().optional() });
const Project = z.object({ name: z.string(), targets: z.record(z.string(), Target) });
const Nodes = z.array(z.tuple([z.string(), z.object({ projects: z.record(z.string(), Project) })]));

function registered(): Readonly<Record<string, Entry>> {
  const file: unknown = JSON.parse(readFileSync(path.join(executors, "executors.json"), "utf8"));
  return (file as { readonly executors: Readonly<Record<string, Entry>> }).executors;
}

function executorFolders(): readonly string[] {
  return globSync("*/executor.ts", { cwd: executors }).map(path.dirname).toSorted();
}

const SchemaNode = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  oneOf: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
});

/** JSON pointers of the schemas in one that say nothing of what a value is. */
function untypedIn(schema: unknown, at = ""): readonly string[] {
  if (typeof schema === "boolean") return [];
  const node = SchemaNode.parse(schema);
  const { properties = {}, additionalProperties = false, items = false } = node;
  const { oneOf = [], anyOf = [] } = node;
  const within = Object.entries({ additionalProperties, items });
  const says = ["type", "const", "enum", "oneOf", "anyOf", "$ref"].some((key) => key in node);
  return [
    ...(says ? [] : [at]),
    ...Object.entries(properties).flatMap(([key, of]) => untypedIn(of, `${at}/properties/${key}`)),
    ...within.flatMap(([key, of]) => untypedIn(of, `${at}/${key}`)),
    ...[...oneOf, ...anyOf].flatMap((of, index) => untypedIn(of, `${at}/${index}`)),
  ];
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

test("a schema.json says of every value what type it is: Nx takes no object or list where it does not", () => {
  const untyped: string[] = [];
  for (const folder of schemaFolders(root)) {
    const text = readFileSync(path.join(root, folder, "schema.json"), "utf8");
    for (const at of untypedIn(JSON.parse(text))) untyped.push(`${folder}: ${at}`);
  }
  expect(untyped).toEqual([]);
  const nested = {
    type: "object",
    properties: { a: { additionalProperties: {}, type: "object" } },
  };
  expect(untypedIn(nested)).toEqual(["/properties/a/additionalProperties"]);
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

test("an executor takes the options that are inferred for the images of the examples", async () => {
  const files = globSync("examples/**/{*.yml,Dockerfile}", { cwd: root });
  const options = { registry: "localhost:5000", namespace: "images" };
  const context = { workspaceRoot: root, nxJsonConfiguration: {} };
  const kind = "images";
  const { createNodes } = Plugin.parse(await import(`@slipway/${kind}/plugin`));
  const nodes = Nodes.parse(await createNodes[1](files, options, context));
  const targets = nodes
    .flatMap(([, { projects }]) => Object.values(projects))
    .flatMap(({ name, targets: of }) =>
      Object.entries(of).map(([target, each]) => ({ id: `${name}:${target}`, ...each })),
    );
  const refused: string[] = [];
  const checked = new Set<string>();
  for (const { id, executor, options: given } of targets) {
    const [, folder = ""] = executor.split("@slipway/executors:");
    if (folder === "") continue;
    const text = readFileSync(path.join(executors, folder, "schema.json"), "utf8");
    // Nx reads schema.json: there an option can be required that zod lets be left out.
    const schema = z.fromJSONSchema(z.record(z.string(), z.json()).parse(JSON.parse(text)));
    const parsed = schema.safeParse(given);
    checked.add(folder);
    if (!parsed.success) refused.push(`${id}: ${z.prettifyError(parsed.error)}`);
  }
  expect(refused).toEqual([]);
  expect([...checked].toSorted()).toEqual(["image", "image-push", "load"]);
});
