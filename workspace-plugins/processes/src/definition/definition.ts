import { parseYaml } from "@slipway/definitions";
import type { DefinitionFailure } from "@slipway/definitions";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import { ReleaseDefinition } from "../release/definition.ts";
import { lineWithKey } from "./held-key.ts";
import type { HeldKeyFailure } from "./held-key.ts";
import { ProcessDefinition } from "./process.ts";
import { Relations } from "./relations.ts";
import { DeployTarget } from "./target.ts";
import { Slug } from "./words.ts";

/** `ao.yml`: the processes of a project, and where they are deployed. */
export const Definition = z.strictObject({
  name: Slug.meta({ description: "Name of the project for people and in tags." }),
  processes: z
    .record(Slug, ProcessDefinition)
    .refine((processes) => Object.keys(processes).length > 0, {
      error: "name at least one process",
    })
    .meta({
      description: "Each AO process by a name, which files, records and other processes use.",
    }),
  targets: z
    .record(Slug, DeployTarget)
    .refine((targets) => Object.keys(targets).length > 0, { error: "name at least one target" })
    .meta({ description: "Each place that the processes are deployed to, as dev or production." }),
  release: ReleaseDefinition.optional().meta({
    description: "The npm packages that talk to the processes, and when they may be published.",
  }),
});
export type Definition = z.output<typeof Definition>;

/** `file` is only named in failures. */
export function parseDefinition(
  text: string,
  file: string,
): Result<Definition, DefinitionFailure | HeldKeyFailure> {
  const line = lineWithKey(text);
  if (line !== undefined) return fail({ reason: "ao-definition-holds-key", file, line });
  const parsed = parseYaml(file, text, Definition);
  const related = parseYaml(file, text, Relations);
  if (parsed.ok && related.ok) return ok(parsed.value);
  const problems = [parsed, related].flatMap((each) => (each.ok ? [] : each.failure.problems));
  // A file that is no YAML says so to both.
  const told = new Map(
    problems.map((problem) => [`${problem.at.offset} ${problem.message}`, problem]),
  );
  return fail({ reason: "definition-invalid", file, problems: [...told.values()] });
}
