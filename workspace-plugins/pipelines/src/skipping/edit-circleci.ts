import { printYaml } from "@slipway/pipeline-sdk/yaml";
import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Document, YAMLMap, YAMLSeq } from "yaml";
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
  const needs = new Map(entries.map(({ name, settings }) => [name, requiresOf(settings)]));
  jobs.items = entries
    .filter(({ name }) => !leftOut.has(name))
    .map(({ item, name, settings }) => {
      if (settings !== undefined)
        setRequires(document, settings, needsBeyond(name, needs, leftOut));
      return item;
    });
  if (jobs.items.length === 0) document.deleteIn(["workflows", workflow]);
  for (const name of leftOut) document.deleteIn(["jobs", name]);
  const left = document.get("workflows");
  if (!isMap(left) || left.items.length === 0) {
    document.set("jobs", document.createNode({ [nothing]: { type: "no-op" } }));
    document.set("workflows", document.createNode({ [nothing]: { jobs: [nothing] } }));
  }
  return printYaml(document);
}

const nothing = "nothing-to-run";

function entryOf(item: unknown): { readonly name: string; readonly settings?: YAMLMap } {
  if (isScalar(item)) return { name: String(item.value) };
  const [pair] = isMap(item) ? item.items : [];
  const name = isScalar(pair?.key) ? String(pair.key.value) : "";
  return isMap(pair?.value) ? { name, settings: pair.value } : { name };
}

function requiresOf(settings: YAMLMap | undefined): readonly string[] {
  const requires = settings?.get("requires");
  return isSeq(requires) ? textsOf(requires) : [];
}

function textsOf(list: YAMLSeq): readonly string[] {
  return list.items.map((item) => (isScalar(item) ? String(item.value) : String(item)));
}

function setRequires(document: Document, settings: YAMLMap, needs: readonly string[]): void {
  if (needs.length === 0) settings.delete("requires");
  else settings.set("requires", document.createNode(needs));
}
