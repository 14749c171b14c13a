import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Graph, StepSchema } from "@slipway/pipeline-sdk/graph";
import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type {
  ExpansionSchema,
  ModuleUse,
  PlanRequest,
  PlanResultSchema,
} from "@slipway/pipeline-sdk/protocol";
import { openFolder, parseFolder } from "../folder.ts";
import type { Folder } from "../folder.ts";
import { readInputs } from "../inputs.ts";
import type { DiagnosticInit } from "../inputs.ts";
import { variables, workOf } from "../graph.ts";
import type { Plain } from "../graph.ts";
import type { Tree } from "../tree.ts";
import { nameCaches } from "./caches.ts";
import type { PlannedCache } from "./caches.ts";
import { codeOf } from "./detect.ts";
import { filesOf, findManager, findVersion } from "./find.ts";
import type { Install, Language, Texts } from "./language.ts";
import { variablesOfCheck } from "./setup.ts";
import { describeWanted, parseWanted } from "./version.ts";
import type { Wanted } from "./version.ts";

type StepInit = Plain<MessageInitShape<typeof StepSchema>>;
type ExpansionInit = Plain<MessageInitShape<typeof ExpansionSchema>>;
export type Planned = Plain<MessageInitShape<typeof PlanResultSchema>>;

type PlannedUse = {
  readonly expansion: ExpansionInit;
  readonly cache: PlannedCache | undefined;
  readonly problems: readonly DiagnosticInit[];
};

/** The steps of each use: its version is made sure of, then what the lock file names is installed. */
export function planLanguage(language: Language, request: PlanRequest, tree: Tree): Planned {
  const planned = request.uses.map((use) => planUse(language, use, request, tree));
  const { ids, caches } = nameCaches(
    planned.map(({ cache }) => cache),
    idsIn(request.graph),
  );
  return {
    expansions: planned.map(({ expansion }, at) => {
      const id = ids[at];
      return id === undefined ? expansion : { ...expansion, caches: [id] };
    }),
    caches: [...caches],
    diagnostics: planned.flatMap(({ problems }) => problems),
  };
}

function providersOf(capabilities: readonly string[]): readonly string[] {
  return capabilities
    .filter((each) => each.startsWith("provider:"))
    .map((each) => each.slice("provider:".length))
    .toSorted();
}

function idsIn(graph: Graph | undefined): readonly string[] {
  return (graph?.caches ?? []).map(({ id }) => id);
}

function planUse(
  language: Language,
  use: ModuleUse,
  { graph, facts, capabilities }: PlanRequest,
  tree: Tree,
): PlannedUse {
  const names = { texts: ["version", "path", ...(language.inputs ?? [])] };
  const { texts, problems } = readInputs(use, names, codeOf(language.name, 4));
  const work = workOf(graph, use.job);
  const usual = work?.workingDirectory ?? "";
  const path = parseFolder(texts["path"] ?? usual);
  if (problems.length > 0) return { expansion: { number: use.number }, cache: undefined, problems };
  if (path === undefined) return refused(language, use, texts["path"] ?? usual);
  const folder = openFolder(tree, path);
  const version = versionOf(language, folder, texts, facts);
  const install = filesOf(language).some(folder.has)
    ? (findManager(language, folder)?.manager.install ?? language.unlocked)(folder, texts)
    : undefined;
  if (version === undefined && install === undefined) return empty(language, use, folder);
  const isUsual = path === parseFolder(usual);
  const providers = work?.container === undefined ? providersOf(capabilities) : [];
  const place: StepPlace = { use, folder, isUsual, providers };
  return {
    expansion: {
      number: use.number,
      steps: [
        ...(version === undefined || install?.bringsVersion !== undefined
          ? []
          : setupSteps(language, version.wanted, place)),
        ...(install === undefined ? [] : [installStep(install, place)]),
      ],
      env: variables({
        ...install?.env,
        ...pinnedBy(install?.bringsVersion ?? language.pin, version),
      }),
    },
    cache: install === undefined ? undefined : cacheOf(language, install, folder, version?.wanted),
    problems: [],
  };
}

type PlannedVersion = {
  readonly wanted: Wanted;
  /** By the use itself, and not only by files of the folder. */
  readonly isAsked: boolean;
};

/** A fact is what the file says, or what the lock of the pipeline has kept of it. */
function versionOf(
  language: Language,
  folder: Folder,
  { version: input }: Texts,
  facts: Readonly<Record<string, string>>,
): PlannedVersion | undefined {
  if (input !== undefined) {
    return { wanted: parseWanted(input) ?? { version: input, isMinimum: false }, isAsked: true };
  }
  const found = findVersion(language, folder)?.wanted;
  const fact = folder.path === "" ? facts[`${language.name}_version`] : undefined;
  if (fact === undefined || fact === found?.version) {
    return found === undefined ? undefined : { wanted: found, isAsked: false };
  }
  return { wanted: { version: fact, isMinimum: false }, isAsked: false };
}

function pinnedBy(pin: Language["pin"], version: PlannedVersion | undefined) {
  return version?.isAsked === true && !version.wanted.isMinimum
    ? pin?.(version.wanted.version)
    : undefined;
}

type StepPlace = {
  readonly use: ModuleUse;
  readonly folder: Folder;
  /** Where the steps of the job run anyhow. */
  readonly isUsual: boolean;
  /** That run the job on machines of their own, and in no container. */
  readonly providers: readonly string[];
};

/**
 * Of a container the image has to have it. GitHub's own machines get it by a step of GitHub, and others have to be those that have
 * it: for each the version is made sure of, and nothing is put where only some providers would find it.
 */
function setupSteps(language: Language, wanted: Wanted, place: StepPlace): readonly StepInit[] {
  const name = `${language.name} ${describeWanted(wanted)}`;
  const check = {
    ...runStep(name, language.setup(wanted), place),
    env: variables(variablesOfCheck(wanted)),
  };
  const own = place.providers.includes("github") ? language.github?.(wanted) : undefined;
  if (own === undefined) return [check];
  const value = { ...own, provider: "github", with: variables(own.with) };
  const others = place.providers.filter((provider) => provider !== "github");
  return [
    {
      ...placedStep(name, place),
      kind: { case: "providerStep", value },
      onlyFor: ["github"],
    },
    ...(others.length === 0 ? [] : [{ ...check, onlyFor: others }]),
  ];
}

function installStep({ name, command }: Install, place: StepPlace): StepInit {
  const { path } = place.folder;
  return runStep(path === "" ? name : `${name} (${path})`, command, place);
}

function runStep(name: string, command: string, place: StepPlace): StepInit {
  const workingDirectory = place.isUsual ? "" : place.folder.path || ".";
  const value = { command, shell: "sh", workingDirectory };
  return { ...placedStep(name, place), kind: { case: "run", value } };
}

function placedStep(name: string, { use }: StepPlace): StepInit {
  return { name, origin: use.module, place: use.place };
}

function cacheOf(
  language: Language,
  { cache, keyFiles }: Install,
  folder: Folder,
  wanted: Wanted | undefined,
): PlannedCache {
  const within = (file: string): string => (folder.path === "" ? file : `${folder.path}/${file}`);
  return {
    id: cache.id,
    alias: language.cacheAlias,
    folder: folder.path,
    version: wanted?.version,
    language: language.name,
    paths: cache.paths.map((each) => (each.startsWith("~/") ? each : within(each))),
    files: keyFiles.filter((file) => folder.has(file)).map(within),
  };
}

function refused({ name }: Language, use: ModuleUse, path: string): PlannedUse {
  return {
    expansion: { number: use.number },
    cache: undefined,
    problems: [
      {
        level: Diagnostic_Level.ERROR,
        code: codeOf(name, 5),
        title: "folder outside of the repository",
        message: `the path ${path} leads out of the repository`,
        fixHint: "write it relative to the repository",
        place: use.place,
      },
    ],
  };
}

function empty({ name, markers }: Language, use: ModuleUse, folder: Folder): PlannedUse {
  const where = folder.path === "" ? "the repository's own folder" : folder.path;
  return {
    expansion: { number: use.number },
    cache: undefined,
    problems: [
      {
        level: Diagnostic_Level.ERROR,
        code: codeOf(name, 6),
        title: "nothing to set up",
        message: `${where} has none of ${markers.join(", ")}, and no version is said`,
        fixHint: 'say where it is, path = "web", or which version, version = "..."',
        place: use.place,
      },
    ],
  };
}
