import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { TomlError, parse } from "smol-toml";
import { z } from "zod";
import type { PackagesFailure } from "../failure.ts";
import type { Dependency, DependencyKind } from "./dependency.ts";
import { poetryDependency } from "./poetry.ts";
import { dependencyOf, pythonIdentity } from "./requirement.ts";

/** What a `pyproject.toml` needs, in the order in which it says so. */
export type ProjectNeeds = {
  /** As the manifest's `language.version`. */
  readonly python: string | undefined;
  readonly declared: readonly (Dependency & { readonly kind: DependencyKind })[];
  /** What no name and version can say, such as a requirement of a place. */
  readonly leftOut: readonly string[];
};

const requirements = z.array(z.string());
const poetryList = z.record(z.string(), z.unknown());

const schema = z.object({
  project: z
    .object({
      "requires-python": z.string().optional(),
      dependencies: requirements.optional(),
      "optional-dependencies": z.record(z.string(), requirements).optional(),
    })
    .optional(),
  "dependency-groups": z
    .record(z.string(), z.array(z.union([z.string(), z.object({ "include-group": z.string() })])))
    .optional(),
  tool: z
    .object({
      poetry: z
        .object({
          dependencies: poetryList.optional(),
          "dev-dependencies": poetryList.optional(),
          group: z.record(z.string(), z.object({ dependencies: poetryList.optional() })).optional(),
        })
        .optional(),
    })
    .optional(),
});

type Project = z.output<typeof schema>;
type Found = { readonly needs: readonly Need[]; readonly leftOut: readonly string[] };
type Need = ProjectNeeds["declared"][number];

/**
 * PEP 621 and Poetry, each by itself or together, and the groups of PEP 735. Groups for developing, testing and writing
 * documents are development dependencies, other extras of PEP 621 optional ones.
 */
export function readPyproject(file: string, text: string): Result<ProjectNeeds, PackagesFailure> {
  const read = parseProject(file, text);
  if (!read.ok) return read;
  const { project, tool } = read.value;
  const groups = read.value["dependency-groups"];
  if (project === undefined && tool?.poetry === undefined && groups === undefined) {
    return fail({ reason: "pyproject-without-dependencies", file });
  }
  const found = [...ofProject(project), ...ofGroups(groups ?? {}), ...ofPoetry(read.value)];
  const poetryPython = tool?.poetry?.dependencies?.["python"];
  const python = typeof poetryPython === "string" ? poetryPython : undefined;
  return ok({
    python: project?.["requires-python"] ?? python,
    declared: firstOfEach(found.flatMap(({ needs }) => needs)),
    leftOut: found.flatMap(({ leftOut }) => leftOut),
  });
}

function parseProject(file: string, text: string): Result<Project, PackagesFailure> {
  try {
    const parsed = schema.safeParse(parse(text));
    if (parsed.success) return ok(parsed.data);
    const [issue] = parsed.error.issues;
    const problem = `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`;
    return fail({ reason: "pyproject-invalid", file, line: undefined, problem });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [problem = ""] = error.message.replace("Invalid TOML document: ", "").split("\n");
    return fail({ reason: "pyproject-invalid", file, line: error.line, problem });
  }
}

function ofProject(project: Project["project"]): readonly Found[] {
  const extras = Object.entries(project?.["optional-dependencies"] ?? {});
  return [
    ...(project?.dependencies ?? []).map((text) => ofRequirement(text, "runtime")),
    ...extras.flatMap(([name, texts]) =>
      texts.map((text) =>
        isForDevelopment(name) ? ofRequirement(text, "dev") : ofRequirement(text, "runtime", true),
      ),
    ),
  ];
}

/** A group names others; one that names itself, by others or not, ends there. */
function ofGroups(groups: NonNullable<Project["dependency-groups"]>): readonly Found[] {
  const textsOf = (name: string, above: readonly string[]): readonly string[] =>
    above.includes(name)
      ? []
      : (groups[name] ?? []).flatMap((one) =>
          typeof one === "string" ? [one] : textsOf(one["include-group"], [...above, name]),
        );
  const texts = Object.keys(groups).flatMap((name) => textsOf(name, []));
  return texts.map((text) => ofRequirement(text, "dev"));
}

function ofPoetry({ project, tool }: Project): readonly Found[] {
  const poetry = tool?.poetry;
  const main = project?.dependencies === undefined ? (poetry?.dependencies ?? {}) : {};
  const groups = Object.entries(poetry?.group ?? {});
  return [
    ...ofList(main, "runtime"),
    ...ofList(poetry?.["dev-dependencies"] ?? {}, "dev"),
    ...groups.flatMap(([name, { dependencies = {} }]) =>
      ofList(dependencies, isForDevelopment(name) ? "dev" : "runtime"),
    ),
  ];
}

function ofList(list: Readonly<Record<string, unknown>>, kind: DependencyKind): readonly Found[] {
  return Object.entries(list)
    .filter(([name]) => name !== "python")
    .map(([name, value]) => foundOf(name, poetryDependency(name, value), kind));
}

function ofRequirement(text: string, kind: DependencyKind, isOptional = false): Found {
  const found = dependencyOf(text);
  return foundOf(
    text,
    found === undefined || !isOptional ? found : { ...found, optional: true },
    kind,
  );
}

function foundOf(text: string, found: Dependency | undefined, kind: DependencyKind): Found {
  return found === undefined
    ? { needs: [], leftOut: [text] }
    : { needs: [{ ...found, kind }], leftOut: [] };
}

function isForDevelopment(group: string): boolean {
  return /dev|test|doc/i.test(group);
}

/** What is said twice counts once in its list, as it is said first. */
function firstOfEach(needs: readonly Need[]): readonly Need[] {
  const keyOf = (need: Need) => `${need.kind} ${pythonIdentity(need.package)}`;
  const first = new Map(needs.toReversed().map((need) => [keyOf(need), need]));
  return needs.filter((need) => first.get(keyOf(need)) === need);
}
