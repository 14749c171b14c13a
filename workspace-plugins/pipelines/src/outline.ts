import { parse } from "smol-toml";
import { groupOf } from "./definition/references.ts";
import { tableOf, textsOf } from "./definition/toml-table.ts";
import type { TomlTable } from "./definition/toml-table.ts";

/** What Nx has to know of a `cig.toml`: read of whatever is there, for a broken file is told by the target and not by the graph. */
export type PipelineOutline = {
  readonly name: string | undefined;
  /** The patterns of the files that any job reads; what each takes out again is not told. `undefined`: all files. */
  readonly reads: readonly string[] | undefined;
  /** Paths of rendered files. */
  readonly outputs: readonly string[];
  /** Whether more plugins than providers have a say. */
  readonly asksPlugins: boolean;
};

export function outlineOf(text: string): PipelineOutline {
  const file = parsed(text);
  const name = tableOf(file["project"])["name"];
  return {
    name: typeof name === "string" && name !== "" ? name : undefined,
    reads: readsOf(file),
    outputs: listOf(file["outputs"]).flatMap((output) => {
      const { path } = tableOf(output);
      return typeof path === "string" ? [path] : [];
    }),
    asksPlugins: asksPlugins(file),
  };
}

function asksPlugins(file: TomlTable): boolean {
  const holders = [file["jobs"], file["commands"]].flatMap((table) =>
    Object.values(tableOf(table)),
  );
  return (
    file["plugins"] !== undefined ||
    holders.map(tableOf).some(
      ({ packages, steps }) =>
        packages !== undefined ||
        listOf(steps).some((step) => {
          const { uses } = tableOf(step);
          return typeof uses === "string" && uses.includes("/") && !uses.includes(":");
        }),
    )
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function readsOf(file: TomlTable): readonly string[] | undefined {
  const jobs = Object.values(tableOf(file["jobs"])).map(tableOf);
  const groups = tableOf(file["source_file_groups"]);
  const patterns = new Set<string>();
  for (const job of jobs) {
    const declared = [job["source_files"], tableOf(job["skip_if"])["paths_unmodified"]];
    if (declared.every((list) => list === undefined)) return undefined;
    for (const pattern of declared.flatMap(textsOf)) patterns.add(pattern ?? "!");
  }
  // What a group has is added while it is walked over.
  for (const pattern of patterns) {
    const group = groupOf(pattern);
    if (group !== undefined) for (const one of textsOf(groups[group])) patterns.add(one ?? "!");
  }
  return [...patterns].filter((pattern) => !/^[@!]/.test(pattern)).toSorted();
}

function parsed(text: string): TomlTable {
  try {
    return parse(text);
  } catch {
    return {};
  }
}
