import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { PackagesFailure } from "../failure.ts";
import { mergeNeeds, requirementLine } from "./merge.ts";
import type { Requirement } from "./merge.ts";
import type { Need, PackageNeeds } from "./need.ts";
import { pythonRange } from "./python-range.ts";

type Written = Result<string, PackagesFailure>;

type Requirements = {
  readonly runtime: readonly Requirement[];
  readonly dev: readonly Requirement[];
};

/** What a file holds already that a format is going to be appended to. */
export type Existing = { readonly hasProject: boolean };

/** For people: every package by itself. */
export function asText(packages: readonly PackageNeeds[]): string {
  return packages.map(textOf).join("\n");
}

function textOf({ name, version, language, runtime, dev }: PackageNeeds): string {
  const head = [`Package: ${name}`, `Version: ${version}`];
  const lines = [...head, `Language: ${`${language.name} ${language.version ?? ""}`.trim()}`, ""];
  if (runtime.length + dev.length === 0) return joined([...lines, "No dependencies declared"]);
  if (runtime.length > 0) {
    lines.push(`Runtime Dependencies (${runtime.length}):`, ...bullets(runtime), "");
  }
  if (dev.length > 0) lines.push(`Development Dependencies (${dev.length}):`, ...bullets(dev));
  return joined(lines);
}

export function asPyproject(packages: readonly PackageNeeds[], existing: Existing): Written {
  const merged = mergeBoth(packages, "python");
  if (!merged.ok) return merged;
  const lines = [
    "# Add these to your pyproject.toml",
    "# Install with: pip install -e '.[aigogo]' or pip install -e '.[aigogo,aigogo-dev]'",
    "",
  ];
  const python = pythonVersions(packages);
  // A table may be there once only: a file that has one already says itself which Python it wants.
  if (python !== "" && !existing.hasProject) {
    lines.push("[project]", `requires-python = ${toml(python)}`, "");
  }
  const { runtime, dev } = merged.value;
  if (runtime.length + dev.length > 0) lines.push("[project.optional-dependencies]");
  for (const [group, needs] of [["aigogo", runtime] as const, ["aigogo-dev", dev] as const]) {
    if (needs.length === 0) continue;
    lines.push(`${group} = [`, ...needs.map((one) => `    ${toml(requirementLine(one))},`), "]");
  }
  return ok(joined(lines));
}

export function asPoetry(packages: readonly PackageNeeds[]): Written {
  const merged = mergeBoth(packages, "python");
  if (!merged.ok) return merged;
  const lines = [
    "# Add these to your pyproject.toml",
    "# Install with: poetry install --with aigogo or poetry install --with aigogo,aigogo-dev",
    "",
  ];
  const python = pythonVersions(packages);
  if (python !== "") lines.push("[tool.poetry.dependencies]", `python = ${toml(python)}`, "");
  const { runtime, dev } = merged.value;
  const groups = [["aigogo", runtime] as const, ["aigogo-dev", dev] as const].flatMap(
    ([group, needs]) =>
      needs.length === 0
        ? []
        : [[`[tool.poetry.group.${group}.dependencies]`, ...poetryLines(needs)].join("\n")],
  );
  return ok(joined([...lines, ...(groups.length === 0 ? [] : [groups.join("\n\n")])]));
}

export function asRequirements(packages: readonly PackageNeeds[]): Written {
  const merged = mergeBoth(packages, "python");
  if (!merged.ok) return merged;
  const { runtime } = merged.value;
  if (runtime.length === 0) return ok(joined(["# No runtime dependencies"]));
  return ok(
    joined([
      "# aigogo-managed runtime dependencies",
      "# To remove: delete these entries and uninstall the packages",
      ...runtime.map(requirementLine),
    ]),
  );
}

export function asNpm(packages: readonly PackageNeeds[]): Written {
  const merged = mergeBoth(packages, "npm");
  if (!merged.ok) return merged;
  const { runtime, dev } = merged.value;
  const written = {
    ...(runtime.length === 0 ? {} : { dependencies: ranges(runtime) }),
    ...(dev.length === 0 ? {} : { devDependencies: ranges(dev) }),
    aigogo: {
      managedDependencies: names(runtime),
      ...(dev.length === 0 ? {} : { managedDevDependencies: names(dev) }),
    },
  };
  return ok(`${oneLineLists(JSON.stringify(written, undefined, 2))}\n`);
}

export function asYarn(packages: readonly PackageNeeds[]): Written {
  const merged = mergeBoth(packages, "npm");
  if (!merged.ok) return merged;
  const { runtime, dev } = merged.value;
  if (runtime.length + dev.length === 0) return ok(joined(["# No dependencies"]));
  return ok(
    joined([
      "# aigogo-managed dependencies",
      '# To remove: uninstall these packages and delete the "aigogo" key from package.json',
      ...(runtime.length === 0 ? [] : [`yarn add ${words(runtime)}`]),
      ...(dev.length === 0 ? [] : [`yarn add --dev ${words(dev)}`]),
    ]),
  );
}

function bullets(needs: readonly Need[]): readonly string[] {
  return needs.map(({ name, constraint, isOptional }) => {
    return `  • ${name} ${constraint}${isOptional ? " (optional)" : ""}`;
  });
}

function names(requirements: readonly Requirement[]): readonly string[] {
  return requirements.map(({ name }) => name);
}

function ranges(requirements: readonly Requirement[]): Readonly<Record<string, string>> {
  return Object.fromEntries(requirements.map(({ name, range }) => [name, range]));
}

function words(requirements: readonly Requirement[]): string {
  return requirements.map(({ name, range }) => `"${name}@${range}"`).join(" ");
}

function mergeBoth(
  packages: readonly PackageNeeds[],
  ecosystem: "python" | "npm",
): Result<Requirements, PackagesFailure> {
  const runtime = mergeNeeds(
    packages.flatMap((one) => one.runtime),
    ecosystem,
  );
  if (!runtime.ok) return runtime;
  const dev = mergeNeeds(
    packages.flatMap((one) => one.dev),
    ecosystem,
  );
  return dev.ok ? ok({ runtime: runtime.value, dev: dev.value }) : dev;
}

function pythonVersions(packages: readonly PackageNeeds[]): string {
  const declared = new Set(packages.flatMap(({ language }) => language.version ?? []));
  if (declared.size === 1) return [...declared].join("");
  const parts = [...declared].flatMap((version) => (pythonRange(version) ?? "").split(","));
  return [...new Set(parts)].filter((range) => range !== "").join(",");
}

/** A name may be there once only: under several markers it has a list. */
function poetryLines(requirements: readonly Requirement[]): readonly string[] {
  return [...Map.groupBy(requirements, ({ name }) => name)].map(([name, of]) => {
    const key = /^[A-Za-z0-9_-]+$/.test(name) ? name : toml(name);
    const values = of.map(poetryValue);
    return `${key} = ${values.length === 1 ? values.join("") : `[${values.join(", ")}]`}`;
  });
}

/** Poetry has shorthands of its own, so what was declared once stays as it is. */
function poetryValue({ range, declared, extras, marker }: Requirement): string {
  const version = toml(range === "" ? "*" : (declared ?? range));
  if (extras.length === 0 && marker === undefined) return version;
  return `{ ${[
    `version = ${version}`,
    ...(extras.length === 0 ? [] : [`extras = [${extras.map(toml).join(", ")}]`]),
    ...(marker === undefined ? [] : [`markers = ${toml(marker)}`]),
  ].join(", ")} }`;
}

/** A basic string of TOML, which JSON's strings are. */
function toml(text: string): string {
  return JSON.stringify(text);
}

/** As aigg has them: the lists of names in one line. */
function oneLineLists(json: string): string {
  return json.replaceAll(/\[\s*([^[\]]*?)\s*\]/g, (_whole, inside: string) => {
    return `[${inside.split(/,\s+/).join(", ")}]`;
  });
}

function joined(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
