import { Field, fieldTable } from "@slipway/definitions/field-table";
import type { Fields } from "@slipway/definitions/field-table";
import { z } from "zod";
import { guide, reference } from "./guide.ts";
import type { Tables } from "./guide.ts";
import { Job } from "./job.ts";
import { Pipeline } from "./pipeline.ts";
import { providerPage } from "./provider-page.ts";
import type { ProviderFeatures } from "./provider-page.ts";
import { Step, stepKinds } from "./step.ts";

export type { ProviderFeatures } from "./provider-page.ts";

/** What is written of `cig.toml`, by path in the repository: for editors, and for people. */
export function pipelineDocuments(providers: ProviderFeatures): ReadonlyMap<string, string> {
  const schema = jsonSchema();
  return new Map([
    ["docs/schemas/cig.schema.json", `${JSON.stringify(schema, undefined, 2)}\n`],
    ["docs/pipelines.md", page(Field.parse(schema), providers)],
  ]);
}

function page(schema: Field, providers: ProviderFeatures): string {
  return `${guide}\n${reference(tablesOf(schema))}\n${providerPage(providers)}`;
}

/** Tables whose fields have one of their own are a row in that which they are of. */
const apart = ["triggers", "skipping"];

function tablesOf(schema: Field): Tables {
  const of = schema.properties ?? {};
  const entry = (name: string): Field => inner(of[name]?.additionalProperties, name);
  const job = entry("jobs");
  const workflow = entry("workflows");
  const steps = inner(job.properties?.["steps"]?.items, "steps");
  const triggers = inner(of["triggers"], "triggers");
  const manual = triggers.properties?.["manual"]?.anyOf?.find(({ type }) => type === "object");
  const inputs = manual?.properties?.["inputs"]?.additionalProperties;
  return {
    file: fieldTable(closed(schema, apart)),
    triggers: fieldTable(triggers),
    inputs: fieldTable(inner(inputs, "inputs")),
    schedule: fieldTable(inner(triggers.properties?.["schedule"]?.items, "schedule")),
    workflow: fieldTable(closed(workflow, apart)),
    job: fieldTable(job),
    step: fieldTable(steps),
    artifact: fieldTable(inner(job.properties?.["artifacts"]?.items, "artifacts")),
    command: fieldTable(entry("commands")),
    service: fieldTable(entry("services")),
    cache: fieldTable(entry("caches")),
    environment: fieldTable(entry("environments")),
    plugin: fieldTable(inner(entry("plugins").anyOf?.find(isObject), "plugins")),
    skipping: fieldTable(inner(of["skipping"], "skipping")),
    output: fieldTable(inner(of["outputs"]?.items, "outputs")),
  };
}

function isObject({ type }: Field): boolean {
  return type === "object";
}

function inner(field: Field | undefined, name: string): Field {
  if (field === undefined) throw new Error(`internal: the definition says nothing of ${name}`);
  return field;
}

/** With a row alone for these. */
function closed({ properties = {}, required }: Field, names: readonly string[]): Fields {
  const rows = Object.entries(properties).map(([name, field]): readonly [string, Field] =>
    names.includes(name) ? [name, { ...field, properties: undefined }] : [name, field],
  );
  return { properties: Object.fromEntries(rows), required };
}

/** In draft 7, which editors know. What one of several fields has to be there is said for them as they know it. */
function jsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...rest } = z.toJSONSchema(Pipeline, {
    target: "draft-7",
    io: "input",
    override: ({ zodSchema, jsonSchema: each }) => {
      if (zodSchema === Step) each.oneOf = stepKinds.map((kind) => ({ required: [kind] }));
      if (zodSchema === Job) each.oneOf = [{ required: ["steps"] }, { required: ["approval"] }];
    },
  });
  return { $schema, title: "cig.toml", ...rest };
}
