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
  const gone = new Set([...leftOut, ...never]);
  const kept = entries.filter(({ name }) => !gone.has(name));
  for (const { name: of, settings, requires } of kept) {
    if (!requires.some(({ name }) => gone.has(name))) continue;
    const left = requires.flatMap((one): readonly Requirement[] => {
      if (!gone.has(one.name)) return [one];
      return needsBeyond(one.name, needs, gone).map((name) => ({ ...one, name }));
    });
    if (left.length > 0) settings?.set("requires", document.createNode(withoutDoubles(left)));
    else if (typeof settings?.get("filters") !== "string") settings?.delete("requires");
    // CircleCI leaves out what needs a filtered job alone.
    else throw new Error(`${of} has a filter and would need no job`);
  }
  jobs.items = kept.map(({ item, name, settings }) =>
    settings?.items.length === 0 ? document.createNode(name) : item,
  );
  if (jobs.items.length === 0) document.deleteIn(["workflows", workflow]);
  for (const name of gone) document.deleteIn(["jobs", name]);
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
      return found.has(one.name) && !isForBoth(one);
    });
    if (waits && !leftOut.has(name)) found.add(name);
  }
  return found;
}

function endsIn({ ends = ["success"] }: Requirement, of: readonly string[]): boolean {
  return ends.some((one) => of.includes(one));
}

/** Whether it is met by a job for failures that never begins and by one that ends well. */
function isForBoth(of: Requirement): boolean {
  return endsIn(of, ["terminal"]) || (endsIn(of, ["success"]) && endsIn(of, ["not_run"]));
}

/** Of two requirements of one job the first stands, but for one that any end meets. */
function withoutDoubles(requires: readonly Requirement[]): readonly unknown[] {
  const known = new Map<string, Requirement>();
  for (const one of requires) {
    const earlier = known.get(one.name);
    if (earlier === undefined || endsIn(earlier, ["terminal"])) known.set(one.name, one);
  }
  return [...known.values()].map(({ name, ends }) =>
    ends === undefined ? name : { [name]: ends },
  );
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
