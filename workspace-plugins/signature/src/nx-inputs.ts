import type { ProjectGraph, TargetConfiguration } from "@nx/devkit";
import { compareBytes, itemsBelow } from "./byte-order.ts";
import type { DerivationFailure } from "./failure.ts";
import { escapeGlob } from "./glob.ts";
import { allDependenciesOf, projectsMatching } from "./nx-projects.ts";
import { readOwnDeclarations } from "./own-declarations.ts";
import { isInput, isList } from "./nx-shapes.ts";
import { isOwnFact, isOwnFactFile } from "./own-fact.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";
import type { Fileset, JsonFields, TargetInputs } from "./target.ts";

export type NxInput = NonNullable<TargetConfiguration["inputs"]>[number];
export type NamedInputs = Readonly<Record<string, readonly NxInput[]>>;

export type WorkspaceInputs = {
  readonly graph: ProjectGraph;
  /** Of nx.json. */
  readonly namedInputs: NamedInputs;
  /** Those of all projects, sorted: each project asks which lie inside it. */
  readonly roots: readonly string[];
};

export function sortedRoots(graph: ProjectGraph): readonly string[] {
  return [...new Set(Object.values(graph.nodes).map((node) => node.data.root))].toSorted(
    compareBytes,
  );
}

/** What Nx takes where a target declares no inputs. */
const undeclared: readonly NxInput[] = ["default", "^default"];
const builtIn: NamedInputs = { default: ["{projectRoot}/**/*"] };

/** The inputs of a target, resolved as Nx resolves them: named inputs, placeholders, those of dependencies. */
export function resolveInputs(
  workspace: WorkspaceInputs,
  owner: { readonly id: string; readonly project: string; readonly target: TargetConfiguration },
): Result<TargetInputs, DerivationFailure> {
  const { graph, namedInputs } = workspace;
  const scope = {
    graph,
    namedInputs,
    project: owner.project,
    through: [],
    seen: new Set<string>(),
  };
  const found = (owner.target.inputs ?? undeclared).flatMap((input) => expand(scope, input));
  const refusal = found.find((input) => input.kind === "refused");
  if (refusal !== undefined) return fail({ ...refusal.because, target: owner.id });
  const declared = readOwnDeclarations(owner.target.metadata?.["slipway"]);
  if (declared === undefined) {
    const input = JSON.stringify(owner.target.metadata);
    return fail({ reason: "input-unsupported", target: owner.id, input });
  }
  const { secrets } = declared;
  const meanings = declared.definitions.map(({ file, excludeFields }) => ({
    pattern: placeFileset(scope, file).pattern,
    fields: undefined,
    excludeFields,
  }));
  return ok({ ...gather(workspace, found, meanings), ...(secrets.length > 0 && { secrets }) });
}

/** Every variable that a target declares, those that carry facts to Nx included. */
export function declaredVariables(
  graph: ProjectGraph,
  namedInputs: NamedInputs,
  project: string,
  target: TargetConfiguration,
): readonly string[] {
  const scope = { graph, namedInputs, project, through: [], seen: new Set<string>() };
  return (target.inputs ?? undeclared)
    .flatMap((input) => expand(scope, input))
    .flatMap((input) => (input.kind === "env" ? [input.name] : []));
}

/** An input with nothing left to look up. */
type Resolved =
  /** `project` has the pattern; one of the workspace has none. */
  | { readonly kind: "fileset"; readonly pattern: string; readonly project: string | undefined }
  | { readonly kind: "ignored-fileset"; readonly pattern: string }
  | { readonly kind: "env"; readonly name: string }
  | { readonly kind: "tools"; readonly names: readonly string[] }
  | { readonly kind: "probe"; readonly command: string }
  | { readonly kind: "json"; readonly input: JsonFields }
  | { readonly kind: "refused"; readonly because: Refusal };

type Refusal = DerivationFailure extends infer Failure
  ? Failure extends DerivationFailure
    ? Omit<Failure, "target">
    : never
  : never;

type Scope = {
  readonly graph: ProjectGraph;
  readonly namedInputs: NamedInputs;
  readonly project: string;
  /** Named inputs that led here. */
  readonly through: readonly string[];
  /** Named inputs of projects that were expanded for this target: once more would add nothing, and double the work each time. */
  readonly seen: Set<string>;
};

function expand(scope: Scope, input: NxInput): readonly Resolved[] {
  if (!isInput(input)) return [unsupported(input)];
  if (typeof input === "string") return expandText(scope, input);
  if ("env" in input) return [{ kind: "env", name: input.env }];
  if ("externalDependencies" in input)
    return [{ kind: "tools", names: input.externalDependencies }];
  if ("fileset" in input) return expandFileset(scope, input);
  if ("input" in input) return expandNamed(scope, input);
  if ("runtime" in input) return [{ kind: "probe", command: input.runtime }];
  if ("json" in input) return [placeJson(scope, input)];
  // Their bytes come from upstream targets, whose signatures are in the action.
  if ("dependentTasksOutputFiles" in input) return [];
  // Where somebody stands when they start Nx changes no result of an executor.
  return [unsupported(input)];
}

function unsupported(input: unknown): Resolved {
  return refused({ reason: "input-unsupported", input: JSON.stringify(input) });
}

function refused(because: Refusal): Resolved {
  return { kind: "refused", because };
}

function placeJson(scope: Scope, input: Extract<NxInput, { json: string }>): Resolved {
  const { fields, excludeFields = [] } = input;
  const { pattern } = placeFileset(scope, input.json);
  // Without a choice of fields it is a file like any other.
  if (fields === undefined && excludeFields.length === 0) return placeFileset(scope, input.json);
  return { kind: "json", input: { pattern, fields, excludeFields } };
}

function expandText(scope: Scope, input: string): readonly Resolved[] {
  if (input.startsWith("^")) {
    return expandIn(scope, allDependenciesOf(scope.graph, scope.project), input.slice(1));
  }
  if (/^!?\{(projectRoot|workspaceRoot)\}/.test(input)) return [placeFileset(scope, input)];
  const own = scope.graph.nodes[scope.project]?.data.namedInputs;
  const known = { ...builtIn, ...scope.namedInputs, ...own };
  const inputs = Object.hasOwn(known, input) ? known[input] : undefined;
  if (inputs === undefined) {
    const names = Object.keys(known).toSorted();
    return [refused({ reason: "named-input-unknown", name: input, known: names })];
  }
  if (!isList(inputs)) return [unsupported({ [input]: inputs })];
  const within = { ...scope, through: [...scope.through, input] };
  if (scope.through.includes(input)) {
    const path = within.through.slice(within.through.indexOf(input));
    return [refused({ reason: "named-input-cycle", path })];
  }
  const place = JSON.stringify([scope.project, input]);
  if (scope.seen.has(place)) return [];
  scope.seen.add(place);
  return inputs.flatMap((one) => expand(within, one));
}

function expandIn(scope: Scope, projects: readonly string[], input: NxInput): readonly Resolved[] {
  return projects.flatMap((project) => expand({ ...scope, project, through: [] }, input));
}

function expandFileset(
  scope: Scope,
  input: Extract<NxInput, { fileset: string }>,
): readonly Resolved[] {
  const { fileset, includeIgnored = false } = input;
  if ("dependencies" in input && input.dependencies) {
    const below = allDependenciesOf(scope.graph, scope.project);
    return expandIn(scope, below, { fileset, includeIgnored });
  }
  const placed = placeFileset(scope, fileset);
  return [includeIgnored ? { kind: "ignored-fileset", pattern: placed.pattern } : placed];
}

function expandNamed(
  scope: Scope,
  input: Extract<NxInput, { input: string }>,
): readonly Resolved[] {
  const { graph } = scope;
  const named = "projects" in input ? projectsMatching(graph, input.projects) : [scope.project];
  const isBelow = "dependencies" in input && input.dependencies;
  const projects = isBelow ? named.flatMap((name) => allDependenciesOf(graph, name)) : named;
  return expandIn(scope, projects, input.input);
}

function placeFileset(
  { graph, project }: Scope,
  fileset: string,
): Extract<Resolved, { kind: "fileset" }> {
  const pattern = placePattern(fileset, graph.nodes[project]?.data.root ?? ".", project);
  return {
    kind: "fileset",
    pattern,
    project: fileset.includes("{projectRoot}") ? project : undefined,
  };
}

function placePattern(fileset: string, root: string, project: string): string {
  return fileset
    .replaceAll("{projectRoot}/", () => (root === "." ? "" : `${escapeGlob(root)}/`))
    .replaceAll("{workspaceRoot}/", "")
    .replaceAll("{projectName}", () => escapeGlob(project));
}

/** What counts by its meaning is no file beside that. */
function gather(
  workspace: WorkspaceInputs,
  inputs: readonly Resolved[],
  meanings: readonly JsonFields[],
): TargetInputs {
  const filesets = inputs.filter((input) => input.kind === "fileset");
  const tools = inputs.filter((input) => input.kind === "tools");
  const names = inputs.filter((input) => input.kind === "env").map((input) => input.name);
  const probes = inputs.filter((input) => input.kind === "probe").map((input) => input.command);
  const chosen = inputs.filter((input) => input.kind === "json").map((input) => input.input);
  const jsonFields = [...chosen, ...meanings];
  const notAsWritten = meanings.map(({ pattern }) => `!${pattern}`);
  return {
    filesets: [
      ...[...Map.groupBy(filesets, (input) => input.project)].map(([project, of]) =>
        filesetOf([
          ...of.map((input) => input.pattern),
          ...nestedProjects(workspace, project),
          ...notAsWritten,
        ]),
      ),
      ...inputs
        .filter((input) => input.kind === "ignored-fileset")
        .filter(({ pattern }) => !isOwnFactFile(pattern))
        .map(({ pattern }) => ({ patterns: [pattern], includesIgnored: true })),
      // As in Nx: a target that names no packages depends on all of them.
      ...(tools.length === 0 ? [filesetOf(["package-lock.json"])] : []),
    ],
    env: [...new Set(names)].filter((name) => !isOwnFact(name)),
    tools: [...new Set(tools.flatMap((input) => input.names))],
    ...(probes.length > 0 && { probes: [...new Set(probes)] }),
    ...(jsonFields.length > 0 && { jsonFields }),
  };
}

/** As in Nx, the order of patterns makes no difference: a negative one wins over all others of its project. */
function filesetOf(patterns: readonly string[]): Fileset {
  const unique = [...new Set(patterns)].toSorted();
  const negative = unique.filter((pattern) => pattern.startsWith("!"));
  const positive = unique.filter((pattern) => !pattern.startsWith("!"));
  return { patterns: [...positive, ...negative], includesIgnored: false };
}

/** A project has none of the files of a project that lies inside it. */
function nestedProjects(
  { graph, roots }: WorkspaceInputs,
  project: string | undefined,
): readonly string[] {
  if (project === undefined) return [];
  const root = graph.nodes[project]?.data.root ?? ".";
  const inside =
    root === "." ? roots.filter((other) => other !== root) : itemsBelow(roots, String, root);
  return inside.map((other) => `!${escapeGlob(other)}/**`);
}
