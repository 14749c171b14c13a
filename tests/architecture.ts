import { isBuiltin } from "node:module";
import path from "node:path";
import { isTest } from "./import-graph.ts";
import type { Import, Package, SourceFile, Workspace } from "./import-graph.ts";

type Edge = { readonly file: SourceFile; readonly edge: Import };

/** Libraries that reach out of the process or into the machine: one file of a package holds each. */
const effectLibraries: readonly RegExp[] = [
  /^node:(child_process|https?|http2|net|tls|dgram|worker_threads|crypto)$/,
  /^(dockerode|execa|undici|chokidar|piscina|write-file-atomic|tar-stream)$/,
  /^@(sigstore|permaweb|dha-team)\/[^/]+$/,
];

/** `file:line → import`, the form of every offender below. */
function offence({ file, edge }: Edge): string {
  return `${file.path}:${edge.line} → ${edge.specifier}`;
}

function edgesOf(files: readonly SourceFile[]): readonly Edge[] {
  return files.flatMap((file) => file.imports.map((edge) => ({ file, edge })));
}

function sourcesOf(workspace: Workspace): readonly SourceFile[] {
  return workspace.files.filter((file) => !file.isTest);
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith(".") || specifier.startsWith("/");
}

/** `@scope/name` or `name` of a bare specifier; built-in modules keep their prefix. */
function libraryOf(specifier: string): string {
  if (specifier.startsWith("node:")) return specifier;
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function targetOf(file: SourceFile, specifier: string): string {
  return path.posix.join(path.posix.dirname(file.path), specifier);
}

function packageOf(workspace: Workspace, file: string): Package {
  const holding = workspace.packages.filter(
    ({ folder }) => folder === "" || file.startsWith(`${folder}/`),
  );
  const [nearest] = holding.toSorted((a, b) => b.folder.length - a.folder.length);
  if (nearest === undefined) throw new Error(`internal: no package holds ${file}`);
  return nearest;
}

/** The package of this workspace that an import reaches, by name or by path. */
function reachedPackage(workspace: Workspace, { file, edge }: Edge): Package | undefined {
  if (isRelative(edge.specifier)) return packageOf(workspace, targetOf(file, edge.specifier));
  return workspace.packages.find(
    ({ name, folder }) => folder !== "" && name === libraryOf(edge.specifier),
  );
}

/** A package of workspace-plugins by its own name, all of tools as one, the workspace's own folders as `root`. */
export function layerOf({ folder }: Package): string {
  if (folder === "") return "root";
  if (folder.startsWith("workspace-plugins/pipeline-plugins/")) return "pipeline-plugins";
  return folder.startsWith("tools/") ? "tools" : path.posix.basename(folder);
}

type Directions = Readonly<Record<string, readonly string[]>>;

/** A test may go where `allowed` or `allowedInTests` lets its package go. */
export function forbiddenDirections(
  workspace: Workspace,
  allowed: Directions,
  allowedInTests: Directions = {},
): readonly string[] {
  const isForbidden = (one: Edge) => {
    const from = packageOf(workspace, one.file.path);
    const to = reachedPackage(workspace, one);
    if (to === undefined || to === from) return false;
    const layer = layerOf(from);
    const places = [
      ...(allowed[layer] ?? []),
      ...(one.file.isTest ? (allowedInTests[layer] ?? []) : []),
    ];
    return !places.includes(layerOf(to));
  };
  return edgesOf(workspace.files).filter(isForbidden).map(offence);
}

/** Every import of `layer` from a package outside of `importers`. */
export function foreignImporters(
  workspace: Workspace,
  layer: string,
  importers: readonly string[],
): readonly string[] {
  const isForeign = (one: Edge) => {
    const from = layerOf(packageOf(workspace, one.file.path));
    const to = reachedPackage(workspace, one);
    return to !== undefined && layerOf(to) === layer && from !== layer && !importers.includes(from);
  };
  return edgesOf(workspace.files).filter(isForeign).map(offence);
}

/** Names of those libraries that touch nothing: they judge a text, or are a worker's own end of its channel. */
const harmless = ["isIP", "isIPv4", "isIPv6", "parentPort", "workerData"];

function isEffect({ specifier, names }: Import): boolean {
  if (names.length > 0 && names.every((name) => harmless.includes(name))) return false;
  return effectLibraries.some((pattern) => pattern.test(libraryOf(specifier)));
}

/** `file: library, library`: the files of workspace-plugins that import an effect library. */
export function adaptersOf(workspace: Workspace): readonly string[] {
  return sourcesOf(workspace)
    .filter(({ path: file }) => file.startsWith("workspace-plugins/"))
    .flatMap((file) => {
      const effects = file.imports.filter(isEffect).map(({ specifier }) => specifier);
      return effects.length === 0
        ? []
        : [`${file.path}: ${[...new Set(effects)].toSorted().join(", ")}`];
    });
}

/** Domain files are those of workspace-plugins/<name>/src that are no adapter, no `plugin.ts` and no `files.ts`. */
export function domainEffects(workspace: Workspace): readonly string[] {
  const adapters = adaptersOf(workspace).map((line) => line.split(":", 1)[0]);
  const isDomain = (file: SourceFile) =>
    /^workspace-plugins\/[^/]+\/src\//.test(file.path) &&
    !adapters.includes(file.path) &&
    !["plugin.ts", "files.ts"].includes(path.posix.basename(file.path));
  return edgesOf(sourcesOf(workspace).filter(isDomain))
    .filter(({ edge }) => !edge.isType && /^(@nx\/|nx$)/.test(libraryOf(edge.specifier)))
    .map(offence);
}

export function undeclaredImports(workspace: Workspace): readonly string[] {
  const isDeclared = ({ file, edge }: Edge) => {
    const library = libraryOf(edge.specifier);
    const { folder, dependencies, devDependencies } = packageOf(workspace, file.path);
    if (library.startsWith("node:") && isBuiltin(library)) return true;
    // A type is gone before the code runs, so what declares it is needed for development only.
    const isLoose = file.isTest || edge.isType || folder === "";
    const root = workspace.packages.find((one) => one.folder === "");
    return [
      ...dependencies,
      ...(isLoose ? devDependencies : []),
      ...(file.isTest ? (root?.devDependencies ?? []) : []),
      // Nx hashes nothing for the workspace's own folders, so they may use its packages undeclared.
      ...(folder === "" ? workspace.packages.map(({ name }) => name) : []),
    ].includes(library);
  };
  return edgesOf(workspace.files)
    .filter((one) => !isRelative(one.edge.specifier) && !isDeclared(one))
    .map(offence);
}

export function unusedDependencies(workspace: Workspace): readonly string[] {
  return workspace.packages
    .filter(({ folder }) => folder !== "")
    .flatMap((one) => {
      const own = sourcesOf(workspace).filter((file) => packageOf(workspace, file.path) === one);
      const used = new Set(edgesOf(own).map(({ edge }) => libraryOf(edge.specifier)));
      return one.dependencies
        .filter((name) => !used.has(name))
        .map((name) => `${one.folder}/package.json → ${name}`);
    });
}

type Graph = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Each cycle once, as the offenders that close it in order. A graph maps node → next node → how that edge is written. */
function cyclesOf(graph: Graph): readonly string[] {
  const finished = new Set<string>();
  const cycles: string[] = [];
  const walk = (node: string, trail: readonly string[]): void => {
    const again = trail.indexOf(node);
    if (again !== -1) {
      const ring = [...trail.slice(again), node];
      cycles.push(
        ring
          .slice(1)
          .map((to, index) => graph.get(ring[index] ?? "")?.get(to))
          .join(", "),
      );
      return;
    }
    if (finished.has(node)) return;
    for (const next of graph.get(node)?.keys() ?? []) walk(next, [...trail, node]);
    finished.add(node);
  };
  for (const node of graph.keys()) walk(node, []);
  return cycles;
}

function graphOf(
  edges: readonly { readonly from: string; readonly to: string; readonly written: string }[],
): Graph {
  const graph = new Map<string, Map<string, string>>();
  for (const { from, to, written } of edges) {
    const next = graph.get(from) ?? new Map<string, string>();
    if (!next.has(to)) next.set(to, written);
    graph.set(from, next);
  }
  return graph;
}

export function fileCycles(workspace: Workspace): readonly string[] {
  const relative = edgesOf(workspace.files).filter(({ edge }) => isRelative(edge.specifier));
  return cyclesOf(
    graphOf(
      relative.map((one) => ({
        from: one.file.path,
        to: targetOf(one.file, one.edge.specifier),
        written: offence(one),
      })),
    ),
  );
}

export function packageCycles(workspace: Workspace): readonly string[] {
  const edges = edgesOf(workspace.files).flatMap((one) => {
    const from = packageOf(workspace, one.file.path);
    const to = reachedPackage(workspace, one);
    return to === undefined || to === from
      ? []
      : [{ from: from.name, to: to.name, written: offence(one) }];
  });
  return cyclesOf(graphOf(edges));
}

/** Effect libraries that a second file of a package imports: every such file after the first. */
export function repeatedEffects(workspace: Workspace): readonly string[] {
  const effects = edgesOf(sourcesOf(workspace)).filter(({ edge }) => isEffect(edge));
  const holders = new Map<string, string>();
  return effects
    .filter(({ file, edge }) => {
      const place = packageOf(workspace, file.path).folder;
      if (place === "") return false;
      const key = `${place} ${libraryOf(edge.specifier)}`;
      const holder = holders.get(key) ?? file.path;
      holders.set(key, holder);
      return holder !== file.path;
    })
    .map((one) => {
      const key = `${packageOf(workspace, one.file.path).folder} ${libraryOf(one.edge.specifier)}`;
      return `${offence(one)} (held by ${holders.get(key)})`;
    });
}

/** Relative imports that leave their package, or that name no source file of the workspace with its extension. */
export function misdirectedImports(workspace: Workspace): readonly string[] {
  const files = new Set(workspace.files.map(({ path: file }) => file));
  const isRight = ({ file, edge }: Edge) => {
    const target = targetOf(file, edge.specifier);
    const isOwn = packageOf(workspace, target) === packageOf(workspace, file.path);
    return isOwn && (files.has(target) || target.endsWith(".json"));
  };
  return edgesOf(workspace.files)
    .filter((one) => isRelative(one.edge.specifier) && !isRight(one))
    .map(offence);
}

/** Code that imports a test or its rig. */
export function importedTests(workspace: Workspace): readonly string[] {
  return edgesOf(sourcesOf(workspace))
    .filter(({ file, edge }) => isTest(targetOf(file, edge.specifier)))
    .filter(({ edge }) => isRelative(edge.specifier))
    .map(offence);
}

/** `console` belongs to the report package; the other statements to nobody. */
export function forbiddenStatements(workspace: Workspace): readonly string[] {
  return sourcesOf(workspace).flatMap((file) =>
    file.statements
      .filter(
        ({ kind }) => kind !== "console" || layerOf(packageOf(workspace, file.path)) !== "report",
      )
      .map(({ line, kind }) => `${file.path}:${line} → ${kind}`),
  );
}
