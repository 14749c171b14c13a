import type { Digest } from "./digest.ts";
import type { Tool } from "./ingredients.ts";
import type { JsonIngredient } from "./json-fields.ts";
import type { RecordedAction, RecordedFile } from "./recorded-action.ts";

/** One thing that made a signature another. Whoever reads it gets names and digests, and no secret value. */
export type Difference =
  | { readonly kind: "first-run" }
  | { readonly kind: "file-added"; readonly path: string }
  | { readonly kind: "file-removed"; readonly path: string }
  | {
      readonly kind: "file-changed";
      readonly path: string;
      /** Only where the mode is another, too. */
      readonly isExecutable?: boolean;
    }
  | { readonly kind: "executor-source-changed"; readonly path: string }
  | { readonly kind: "mode-changed"; readonly path: string; readonly isExecutable: boolean }
  | {
      readonly kind: "symlink-changed";
      readonly path: string;
      /** `undefined`: a regular file. */
      readonly before: string | undefined;
      readonly after: string | undefined;
    }
  | { readonly kind: "option-changed"; readonly name: string; readonly change: Change }
  | {
      readonly kind: "env-changed";
      readonly name: string;
      readonly before: EnvState;
      readonly after: EnvState;
      /** Of each side that is set and no secret. */
      readonly values?: { readonly before?: string; readonly after?: string };
    }
  | ({ readonly kind: "tool-changed"; readonly name: string } & Versions)
  | {
      readonly kind: "upstream-changed";
      readonly id: string;
      readonly before: Digest | undefined;
      readonly after: Digest | undefined;
    }
  | { readonly kind: "output-changed"; readonly path: string; readonly change: Change }
  | ({ readonly kind: "executor-changed" } & Versions)
  | ({ readonly kind: "project-root-changed" } & Versions)
  | ({ readonly kind: "salt-changed" } & Versions)
  | { readonly kind: "caching-changed"; readonly isCached: boolean };

export type Change = "added" | "removed" | "changed";
export type EnvState = "undeclared" | "unset" | "empty" | "set";

/** `undefined`: there was none, or there is none any more. */
type Versions = { readonly before: string | undefined; readonly after: string | undefined };

/** Why `after` has another signature than `before`; empty when they are equal. */
export function explainSignature(
  before: RecordedAction | undefined,
  after: RecordedAction,
): readonly Difference[] {
  if (before === undefined) return [{ kind: "first-run" }];
  if (before.signature === after.signature) return [];
  return [
    ...singleDifferences(before, after),
    ...optionDifferences(before, after),
    ...fileDifferences(before, after),
    ...envDifferences(before, after),
    ...toolDifferences(before, after),
    ...upstreamDifferences(before, after),
    ...outputDifferences(before, after),
  ];
}

function singleDifferences(before: RecordedAction, after: RecordedAction): readonly Difference[] {
  const differences: Difference[] = [];
  const compare = (
    kind: "executor-changed" | "project-root-changed" | "salt-changed",
    was: string,
    is: string,
  ): void => {
    if (was !== is) differences.push({ kind, before: was, after: is });
  };
  compare("executor-changed", before.executor, after.executor);
  compare("project-root-changed", before.projectRoot, after.projectRoot);
  compare("salt-changed", before.salt, after.salt);
  if (before.cached !== after.cached) {
    differences.push({ kind: "caching-changed", isCached: after.cached });
  }
  return differences;
}

function optionDifferences(before: RecordedAction, after: RecordedAction): readonly Difference[] {
  return pairs(before.options, after.options, (option) => option.name).flatMap(([name, was, is]) =>
    was?.digest === is?.digest
      ? []
      : [{ kind: "option-changed", name, change: changeOf(was, is) } as const],
  );
}

/** Ten thousand files of which one differs are looked at in a few milliseconds: only what differs is put in order. */
function fileDifferences(before: RecordedAction, after: RecordedAction): readonly Difference[] {
  const [were, are] = apart(filesOf(before), filesOf(after));
  const gone = new Map(were.map((file) => [file.path, file]));
  const differing = new Map<string, Difference>();
  const compare = (path: string, was?: RecordedFile, is?: RecordedFile): void => {
    const difference = fileDifference(path, was, is);
    if (difference !== undefined) differing.set(path, difference);
  };
  for (const file of are) {
    compare(file.path, gone.get(file.path), file);
    gone.delete(file.path);
  }
  for (const file of gone.values()) compare(file.path, file, undefined);
  const whole = new Map([...wholeFiles(before), ...wholeFiles(after)]);
  const inOrder = [...differing].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return inOrder.map(([key, difference]) => {
    const path = whole.get(key);
    return path === undefined || !("path" in difference) ? difference : { ...difference, path };
  });
}

/** What two lists have between those files at the start and at the end that are the same in both. */
function apart(
  before: readonly RecordedFile[],
  after: readonly RecordedFile[],
): readonly [readonly RecordedFile[], readonly RecordedFile[]] {
  const most = Math.min(before.length, after.length);
  const isSameAt = (was: number, is: number): boolean =>
    before[was]?.path === after[is]?.path && isSameFile(before[was], after[is]);
  let start = 0;
  while (start < most && isSameAt(start, start)) start += 1;
  let end = 0;
  while (end < most - start && isSameAt(before.length - 1 - end, after.length - 1 - end)) end += 1;
  return [before.slice(start, before.length - end), after.slice(start, after.length - end)];
}

/** Files that count by their fields, but for some: by the paths that stand for them. */
function wholeFiles({ jsonFields = [] }: RecordedAction): readonly (readonly [string, string])[] {
  return jsonFields.flatMap(({ path, choice }) =>
    choice === "" || choice.startsWith("-") ? [[fieldsPath({ path, choice }), path] as const] : [],
  );
}

function fieldsPath({ path, choice }: Pick<JsonIngredient, "path" | "choice">): string {
  return `${path}#${choice}`;
}

/** With the fields of JSON files beside them, under paths that no file has. */
function filesOf({ files, jsonFields = [] }: RecordedAction): readonly RecordedFile[] {
  if (jsonFields.length === 0) return files;
  const fields = jsonFields.map((one) => ({
    path: fieldsPath(one),
    digest: one.digest,
    sizeBytes: one.sizeBytes,
    executable: false,
  }));
  return [...files, ...fields];
}

function fileDifference(
  path: string,
  was: RecordedFile | undefined,
  is: RecordedFile | undefined,
): Difference | undefined {
  if (isSameFile(was, is)) return undefined;
  if (isExecutorSource(path)) return { kind: "executor-source-changed", path };
  if (was === undefined) return { kind: "file-added", path };
  if (is === undefined) return { kind: "file-removed", path };
  if ("symlink" in was || "symlink" in is) {
    return { kind: "symlink-changed", path, before: linkOf(was), after: linkOf(is) };
  }
  if (was.digest !== is.digest) {
    const modeToo = was.executable === is.executable ? {} : { isExecutable: is.executable };
    return { kind: "file-changed", path, ...modeToo };
  }
  return { kind: "mode-changed", path, isExecutable: is.executable };
}

function isSameFile(was: RecordedFile | undefined, is: RecordedFile | undefined): boolean {
  if (was === undefined || is === undefined) return false;
  if ("symlink" in was || "symlink" in is) return linkOf(was) === linkOf(is);
  return was.digest === is.digest && was.executable === is.executable;
}

function linkOf(file: RecordedFile): string | undefined {
  return "symlink" in file ? file.symlink : undefined;
}

function isExecutorSource(path: string): boolean {
  return path.startsWith("tools/executors/") || path.startsWith("workspace-plugins/");
}

function envDifferences(before: RecordedAction, after: RecordedAction): readonly Difference[] {
  return pairs(before.env, after.env, (variable) => variable.name).flatMap(([name, was, is]) => {
    if (envText(was) === envText(is)) return [];
    const states = {
      before: was?.state ?? "undeclared",
      after: is?.state ?? "undeclared",
    } as const;
    const values = { ...valueOf("before", was), ...valueOf("after", is) };
    const shown = Object.keys(values).length === 0 ? {} : { values };
    return [{ kind: "env-changed", name, ...states, ...shown } as const];
  });
}

function valueOf<Side extends "before" | "after">(
  side: Side,
  variable: RecordedAction["env"][number] | undefined,
): { readonly [Name in Side]?: string } {
  const known: { [Name in Side]?: string } = {};
  if (variable !== undefined && "value" in variable) known[side] = variable.value;
  return known;
}

function envText(variable: RecordedAction["env"][number] | undefined): string | undefined {
  return variable?.state === "set" ? variable.digest : variable?.state;
}

function toolDifferences(before: RecordedAction, after: RecordedAction): readonly Difference[] {
  const tools = pairs(versionsOf(before), versionsOf(after), (tool) => tool.name);
  return tools.flatMap(([name, was, is]) =>
    was?.version === is?.version
      ? []
      : [{ kind: "tool-changed", name, before: was?.version, after: is?.version } as const],
  );
}

/** A package can be there in several versions. */
function versionsOf(action: RecordedAction): readonly Tool[] {
  return [...Map.groupBy(action.tools, (tool) => tool.name)].map(([name, tools]) => ({
    name,
    version: tools.map((tool) => tool.version).join(", "),
  }));
}

function upstreamDifferences(before: RecordedAction, after: RecordedAction): readonly Difference[] {
  return pairs(before.upstreams, after.upstreams, (upstream) => upstream.id).flatMap(
    ([id, was, is]) =>
      was?.signature === is?.signature
        ? []
        : [{ kind: "upstream-changed", id, before: was?.signature, after: is?.signature } as const],
  );
}

function outputDifferences(before: RecordedAction, after: RecordedAction): readonly Difference[] {
  return pairs(before.outputs, after.outputs, (output) => output).flatMap(([path, was, is]) =>
    was === is ? [] : [{ kind: "output-changed", path, change: changeOf(was, is) } as const],
  );
}

function changeOf(was: unknown, is: unknown): Change {
  if (was === undefined) return "added";
  return is === undefined ? "removed" : "changed";
}

/** What two lists have under each key of either. */
function pairs<Item>(
  before: readonly Item[],
  after: readonly Item[],
  keyOf: (item: Item) => string,
): readonly (readonly [key: string, was: Item | undefined, is: Item | undefined])[] {
  const was = new Map(before.map((item) => [keyOf(item), item]));
  const is = new Map(after.map((item) => [keyOf(item), item]));
  const keys = [...new Set([...was.keys(), ...is.keys()])].toSorted();
  return keys.map((key) => [key, was.get(key), is.get(key)]);
}
