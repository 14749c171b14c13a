import type { MessageInitShape } from "@bufbuild/protobuf";
import { Comparison_Operator, Fact } from "@slipway/pipeline-sdk/graph";
import type { Cache, ConditionSchema, StepSchema } from "@slipway/pipeline-sdk/graph";
import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type {
  CacheStepsSchema,
  PlanRequest,
  PlanResultSchema,
} from "@slipway/pipeline-sdk/protocol";
import { variables } from "../graph.ts";
import type { Plain, ValueInit } from "../graph.ts";
import type { DiagnosticInit } from "../inputs.ts";
import { readSettings } from "../settings.ts";
import type { Backend, BackendSettings } from "./backend.ts";
import { restoreScript, saveScript } from "./script.ts";

type StepInit = Plain<MessageInitShape<typeof StepSchema>>;
type CacheStepsInit = Plain<MessageInitShape<typeof CacheStepsSchema>>;
export type Planned = Plain<MessageInitShape<typeof PlanResultSchema>>;

/** The steps of each cache of this backend. Settings are asked for only where there is one. */
export function planCaches<Settings extends BackendSettings>(
  backend: Backend<Settings>,
  { graph }: PlanRequest,
  settingsText: string,
): Planned {
  const caches = (graph?.caches ?? []).filter((one) => one.backend === backend.name);
  if (caches.length === 0) return {};
  const read = readSettings(`cache/${backend.name}`, backend.settings, settingsText);
  if (!read.ok) {
    // They are kept by this plugin, whatever is wrong with its settings.
    const cacheSteps = caches.map(({ id }) => ({ cache: id }));
    return { cacheSteps, diagnostics: [...read.problems] };
  }
  return {
    cacheSteps: caches.map((cache) => stepsOf(backend, cache, read.settings)),
    diagnostics: caches.flatMap((cache) => globProblems(backend, cache)),
  };
}

function stepsOf<Settings extends BackendSettings>(
  backend: Backend<Settings>,
  cache: Cache,
  settings: Settings,
): CacheStepsInit {
  const parts = cache.keyParts.map(({ kind }) => kind);
  const texts = parts.flatMap((part) => (part.case === "text" ? [part.value] : []));
  const files = parts.flatMap((part) => (part.case === "file" ? [part.value] : []));
  const isOfPlatform = parts.some((part) => part.case === "platform");
  const env: Readonly<Record<string, string | ValueInit>> = {
    ...backend.env(settings),
    SLIPWAY_CACHE_BUCKET: settings.bucket,
    SLIPWAY_CACHE_PLACE: [`${settings.prefix}${cache.id}`, ...texts.map(encodeURIComponent)].join(
      "/",
    ),
    SLIPWAY_CACHE_FILES: files.join("\n"),
  };
  const step = (
    verb: string,
    command: string,
    more: Readonly<Record<string, string>>,
  ): StepInit => ({
    name: `${verb} ${cache.id}`,
    // Paths and files of a key are those of the repository, wherever the job works.
    kind: { case: "run", value: { command, shell: "sh", workingDirectory: "." } },
    env: variables({ ...env, ...more }),
    // A cache makes a run faster, and never decides how it ends.
    mayFail: true,
    origin: `cache/${backend.name}`,
    place: cache.place,
  });
  const save = step("keep", saveScript(backend.functions, isOfPlatform), {
    SLIPWAY_CACHE_PATHS: cache.paths.join("\n"),
  });
  return {
    cache: cache.id,
    restore: [step("restore", restoreScript(backend.functions, isOfPlatform), {})],
    save: [settings.save_in_pull_requests ? save : { ...save, condition: notForPullRequests }],
  };
}

/** What a pull request keeps would be restored by runs that are trusted with more than it is. */
const notForPullRequests: Plain<MessageInitShape<typeof ConditionSchema>> = {
  kind: {
    case: "not",
    value: {
      kind: {
        case: "comparison",
        value: {
          left: { kind: { case: "fact", value: Fact.EVENT } },
          operator: Comparison_Operator.EQUAL,
          right: "pull-request",
        },
      },
    },
  },
};

function globProblems<Settings extends BackendSettings>(
  { name }: Backend<Settings>,
  { id, paths, keyParts, place }: Cache,
): readonly DiagnosticInit[] {
  const files = keyParts.flatMap(({ kind }) => (kind.case === "file" ? [kind.value] : []));
  const problem = { level: Diagnostic_Level.ERROR, code: `${name.toUpperCase()}_001`, place };
  return [
    ...paths.filter(isPattern).map((path) => ({
      ...problem,
      title: "a pattern in a cache",
      message: `the cache ${id} has the path ${path}, and ${name} keeps files and folders by their names`,
      fixHint: "name the folder",
    })),
    ...files.filter(isPattern).map((file) => ({
      ...problem,
      title: "a pattern in the key of a cache",
      message: `the key of the cache ${id} has the file ${file}, and ${name} reads files by their names`,
      fixHint: "name each file",
    })),
  ];
}

function isPattern(path: string): boolean {
  return /[*?[\]\n]/.test(path);
}
