import { printYaml } from "@slipway/pipeline-sdk/yaml";
import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { YAMLMap } from "yaml";
import { needsBeyond } from "./needs-beyond.ts";

/** No more of it is shown: https://buildkite.com/docs/pipelines/configure/step-types/command-step, skip. */
const longestReason = 70;

/**
 * The steps of Buildkite with these marked to be skipped. A skipped step counts as one that went well, at once: what needs it waits for
 * what it would have waited for too.
 */
export function skipInBuildkite(text: string, reasons: ReadonlyMap<string, string>): string {
  const document = parseDocument(text);
  const steps = document.get("steps");
  const all = isSeq(steps) ? steps.items.filter(isMap<unknown, unknown>) : [];
  const leftOut = new Set(reasons.keys());
  const needs = new Map(all.map((step) => [keyOf(step), needsOf(step).map(nameOf)]));
  for (const step of all) {
    const key = keyOf(step);
    const reason = reasons.get(key);
    if (reason !== undefined) step.set("skip", reason.slice(0, longestReason));
    const own = needsOf(step);
    const names = own.map(nameOf);
    const more = needsBeyond(key, needs, leftOut).filter((need) => !names.includes(need));
    if (more.length > 0) step.set("depends_on", document.createNode([...own, ...more]));
  }
  return printYaml(document);
}

function keyOf(step: YAMLMap): string {
  const key = step.get("key");
  return typeof key === "string" ? key : "";
}

/** As they are: texts, or tables with `step`. */
function needsOf(step: YAMLMap): readonly unknown[] {
  const needs = step.get("depends_on");
  if (isSeq(needs)) return needs.items;
  return needs === undefined || needs === null ? [] : [needs];
}

function nameOf(need: unknown): string {
  if (isMap(need)) return String(need.get("step"));
  return isScalar(need) ? String(need.value) : String(need);
}
