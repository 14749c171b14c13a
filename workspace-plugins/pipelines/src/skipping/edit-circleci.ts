import { printYaml } from "@slipway/pipeline-sdk/yaml";
import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { YAMLMap } from "yaml";
import { needsBeyond } from "./needs-beyond.ts";

/**
 * A configuration of CircleCI without these jobs of a workflow: what needed one of them needs what it needed. Where no job is left it has
 * one that does nothing, for a pipeline has to go on with something.
 */
export function leaveOutOfCircleci(
  text: string,
  workflow: string,
  leftOut: ReadonlySet<string>,
): string {
  const document = parseDocument(text);
  const jobs = document.getIn(["workflows", workflow, "jobs"]);
  if (!isSeq(jobs)) throw new Error(`the configuration has no workflow ${workflow}`);
  const entries = jobs.items.map((item) => ({ item, ...entryOf(item) }));
  const never = neverBegun(entries, leftOut);
  const needs = new Map(entries.map(({ name, requires }) => [name, requires.map(nameOf)]));
  const kept = entries.filter(({ name }) => !leftOut.has(name) && !never.has(name));
  for (const { settings, requires } of kept) {
    if (!requires.some(({ name }) => leftOut.has(name) || never.has(name))) continue;
    const left = requires.flatMap((one): readonly Requirement[] => {
      if (never.has(one.name)) return [];
      if (!leftOut.has(one.name)) return [one];
      return needsBeyond(one.name, needs, leftOut).map((name) => ({ ...one, name }));
    });
    if (left.length === 0) settings?.delete("requires");
    else settings?.set("requires", document.createNode(withoutDoubles(left)));
  }
  jobs.items = kept.map(({ item, name, settings }) =>
    settings?.items.length === 0 ? document.createNode(name) : item,
  );
  if (jobs.items.length === 0) document.deleteIn(["workflows", workflow]);
  for (const name of [...leftOut, ...never]) document.deleteIn(["jobs", name]);
  const left = document.get("workflows");
  if (!isMap(left) || left.items.length === 0) {
    document.set("jobs", document.createNode({ [nothing]: { type: "no-op" } }));
    document.set("workflows", document.createNode({ [nothing]: { jobs: [nothing] } }));
  }
  return printYaml(document);
}

const nothing = "nothing-to-run";

/** A job that has to end, and how: usually well. */
type Requirement = { readonly name: string; readonly ends: readonly string[] | undefined };

type Entry = {
  readonly name: string;
  readonly settings?: YAMLMap;
  readonly requires: readonly Requirement[];
};

/** Jobs that wait for a failure of one that is left out, which ends well, and those that wait for them. */
function neverBegun(entries: readonly Entry[], leftOut: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { name, requires } of entries) {
    const waits = requires.some((one) => {
      if (leftOut.has(one.name)) return !endsIn(one, ["success", "terminal"]);
      return found.has(one.name) && !endsIn(one, ["not_run", "terminal"]);
    });
    if (waits && !leftOut.has(name)) found.add(name);
  }
  return found;
}

function endsIn({ ends = ["success"] }: Requirement, of: readonly string[]): boolean {
  return ends.some((one) => of.includes(one));
}

function withoutDoubles(requires: readonly Requirement[]): readonly unknown[] {
  const written = requires.map(({ name, ends }) => (ends === undefined ? name : { [name]: ends }));
  const known = new Map(written.map((one) => [JSON.stringify(one), one]));
  return [...known.values()];
}

function nameOf({ name }: Requirement): string {
  return name;
}

function entryOf(item: unknown): Entry {
  if (isScalar(item)) return { name: String(item.value), requires: [] };
  const [pair] = isMap(item) ? item.items : [];
  const name = isScalar(pair?.key) ? String(pair.key.value) : "";
  if (!isMap(pair?.value)) return { name, requires: [] };
  const requires = pair.value.get("requires");
  return {
    name,
    settings: pair.value,
    requires: isSeq(requires) ? requires.items.map(requirementOf) : [],
  };
}

function requirementOf(item: unknown): Requirement {
  const [pair] = isMap(item) ? item.items : [];
  if (pair === undefined) {
    return { name: isScalar(item) ? String(item.value) : String(item), ends: undefined };
  }
  const { value } = pair;
  const ends = isSeq(value) ? value.items : [value];
  return {
    name: isScalar(pair.key) ? String(pair.key.value) : "",
    ends: ends.map((one) => (isScalar(one) ? String(one.value) : "")),
  };
}
