import type { Graph, Place } from "@slipway/pipeline-sdk/graph";
import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { DiagnosticInit } from "../inputs.ts";
import { readSettings } from "../settings.ts";
import { z } from "zod";

export { globMatches, jobsIn, overridesIn, stringsIn } from "./walk.ts";
export type { JobIn, StringIn } from "./walk.ts";

/** One thing that a rule of a policy finds fault with. */
export type Fault = {
  /** SECURITY_001 */
  readonly code: string;
  readonly level: Level;
  readonly title: string;
  readonly message: string;
  readonly fixHint: string;
  readonly place: Place | undefined;
};

const levels = {
  error: Diagnostic_Level.ERROR,
  warning: Diagnostic_Level.WARNING,
  info: Diagnostic_Level.INFO,
} as const;

type Level = keyof typeof levels;

/** What the settings of every policy have: `levels = { SECURITY_005 = "off" }`. */
export const settingsOfAll = {
  levels: z.record(z.string(), z.enum(["error", "warning", "info", "off"])).default({}),
} as const;

export type SettingsOfAll = z.output<z.ZodObject<typeof settingsOfAll>>;

export type Policy<Settings extends SettingsOfAll> = {
  /** security, of the plugin policy/security */
  readonly name: string;
  readonly settings: z.ZodType<Settings>;
  readonly judge: (graph: Graph, settings: Settings) => readonly Fault[];
};

export function judgePipeline<Settings extends SettingsOfAll>(
  { name, settings: schema, judge }: Policy<Settings>,
  graph: Graph | undefined,
  text: string,
): readonly DiagnosticInit[] {
  const read = readSettings(`policy/${name}`, schema, text);
  if (!read.ok) return read.problems;
  if (graph === undefined) return [];
  return judge(graph, read.settings).flatMap(({ level: usual, ...fault }) => {
    const level = read.settings.levels[fault.code] ?? usual;
    return level === "off" ? [] : [{ ...fault, level: levels[level] }];
  });
}
