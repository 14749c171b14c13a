import type { Graph, Job } from "@slipway/pipeline-sdk/graph";
import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import type { PlannedRender } from "@slipway/pipelines/render";

type Found = Pick<PlannedRender, "detected" | "graph" | "plugins" | "sandbox" | "writes">;

/** What `slipway ci plan` says of a pipeline: what was found, who works on it, its jobs, its files. */
export function pipelinePlanLines(found: Found): readonly string[] {
  const { detected, graph, plugins, sandbox, writes } = found;
  const told = detected.flatMap(({ plugin, facts }) =>
    Object.entries(facts).map(([fact, value]) => oneLine(`  ✓ ${fact} ${value} (${plugin})`)),
  );
  return [
    ...(told.length === 0 ? [] : ["Detected", ...told, ""]),
    "Plugins",
    ...plugins.map(pluginLine),
    ...(sandbox.state === "enforced" ? [] : [`  ! no sandbox: ${sandbox.detail}`]),
    "",
    "Jobs",
    ...jobLines(graph),
    ...(writes === undefined ? [] : ["", "Files", ...pipelineFileLines(writes)]),
  ];
}

const placeWords = {
  configured: "cig.toml",
  locked: "cig.lock",
  local: ".slipway/plugins",
  path: "PATH",
  standard: "slipway's own",
} as const;

function pluginLine({ name, version, place, passedOver }: Found["plugins"][number]): string {
  const where = place === undefined ? [] : [placeWords[place]];
  const others = passedOver.map((other) => `not ${placeWords[other]}`);
  const said = place === "standard" ? others : [...where, ...others];
  return `  ✓ ${name}@${version}${said.length === 0 ? "" : ` (${said.join(", ")})`}`;
}

/** One line for the jobs of a matrix, in the order in which they run. */
function jobLines({ workflows }: Graph): readonly string[] {
  return workflows.flatMap((workflow) => {
    const baseOf = new Map(workflow.jobs.map((job) => [job.id, job.base]));
    return [...Map.groupBy(workflow.jobs, ({ base }) => base)].map(([base, jobs]) => {
      const [first] = jobs;
      const needs = [
        ...new Set(jobs.flatMap((job) => job.needs.map((need) => baseOf.get(need) ?? need))),
      ];
      const said = [
        ...(first === undefined ? [] : runnerOf(first)),
        ...(jobs.length === 1 ? [] : [`matrix: ${jobs.length} variants`]),
        ...(needs.length === 0 ? [] : [`after ${needs.join(", ")}`]),
      ];
      return `  + ${workflow.id}.${base}${said.length === 0 ? "" : ` (${said.join("; ")})`}`;
    });
  });
}

function runnerOf({ kind }: Job): readonly string[] {
  if (kind.case === "approval") return ["waits for a person"];
  return kind.case === "work" && kind.value.runner !== "" ? [`runs on ${kind.value.runner}`] : [];
}

const signs = {
  created: "+",
  changed: "~",
  unchanged: "=",
  "hand-edited": "!",
  removed: "-",
  kept: "!",
} as const;

const words = {
  created: "new",
  changed: "changed",
  unchanged: "as it is",
  "hand-edited": "edited by hand: not written without --force",
  removed: "no output any more: removed",
  kept: "no output any more, and changed by hand: left alone",
} as const;

export function pipelineFileLines({
  writes,
}: NonNullable<PlannedRender["writes"]>): readonly string[] {
  return writes.map((write) => {
    const count = "file" in write ? `, ${write.file.text.split("\n").length - 1} lines` : "";
    return `  ${signs[write.state]} ${write.path} (${words[write.state]}${count})`;
  });
}

const levels = {
  [Diagnostic_Level.UNSPECIFIED]: "error",
  [Diagnostic_Level.ERROR]: "error",
  [Diagnostic_Level.WARNING]: "warning",
  [Diagnostic_Level.INFO]: "note",
} as const;

/** What is to be mended or looked at, and how many remarks there are beside it. */
export function importantLines(diagnostics: readonly Diagnostic[]): readonly string[] {
  const remarks = diagnostics.filter(({ level }) => level === Diagnostic_Level.INFO);
  const others = diagnostics.filter(({ level }) => level !== Diagnostic_Level.INFO);
  if (remarks.length === 0) return diagnosticLines(others);
  const [many, are] = remarks.length === 1 ? ["one key", "is"] : [`${remarks.length} keys`, "are"];
  const told = `${many} ${are} rendered by other means than the provider's own: slipway ci validate`;
  return [...diagnosticLines(others), told];
}

/** What plugins say of a pipeline: `cig.toml:3:1: error SECURITY_001: …`, and what to do below it. */
export function diagnosticLines(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.flatMap(({ level, code, message, fixHint, place }) => {
    const at = place === undefined ? "" : `${place.file}:${place.line}:${place.column}: `;
    const hint = fixHint === "" ? [] : [oneLine(`  → ${fixHint}`)];
    return [oneLine(`${at}${levels[level]} ${code}: ${message}`), ...hint];
  });
}

/** What a plugin says cannot look like a row of ours. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\u2028\u2029]+/g, " ");
}
