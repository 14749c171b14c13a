import { create } from "@bufbuild/protobuf";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ModuleUseSchema } from "@slipway/pipeline-sdk/protocol";
import { PlanRequestSchema, PlanResultSchema } from "@slipway/pipeline-sdk/protocol";
import type { Database } from "../src/database/database.ts";
import { planDatabase } from "../src/database/plan.ts";
import { literal } from "../src/graph.ts";
import { variablesInWords } from "./words.ts";

type Use = MessageInitShape<typeof ModuleUseSchema>["inputs"];

/** What is planned for uses with these inputs, in the words of a reader. A text is a literal; the job has an image if `isContained`. */
export function plannedDatabase(
  database: Database,
  uses: readonly Readonly<Record<string, string | NonNullable<Use>[string]>>[],
  isContained = false,
) {
  const value = isContained ? { container: { image: "node:22" } } : {};
  const request = create(PlanRequestSchema, {
    graph: { workflows: [{ id: "ci", jobs: [{ id: "test", kind: { case: "work", value } }] }] },
    uses: uses.map((inputs, at) => ({
      number: at + 1,
      job: "test",
      module: `db/${database.name}`,
      inputs: Object.fromEntries(
        Object.entries(inputs).map(([name, input]) => [
          name,
          typeof input === "string" ? literal(input) : input,
        ]),
      ),
    })),
  });
  const result = create(PlanResultSchema, planDatabase(database, request));
  return {
    uses: result.expansions.map(({ steps, services, env }) => ({
      steps: steps.map(({ name, onlyFor }) => `${onlyFor.join(",")}: ${name}`),
      services,
      env: variablesInWords(env),
    })),
    services: result.services.map(({ id, container, env, ports, health }) => ({
      id,
      image: container?.image,
      env: variablesInWords(env),
      ports: ports.map((port) => `${port.host}:${port.container}`),
      health: health?.command,
    })),
    told: result.diagnostics.map(({ code, message }) => `${code}: ${message}`),
  };
}
