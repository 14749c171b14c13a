import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { PackagesFailure } from "../failure.ts";
import type { Need } from "./need.ts";
import { npmRange, npmRangesTogether } from "./npm-range.ts";
import { pythonRangesMeet, pythonRequirement } from "./python-range.ts";
import type { PythonRequirement } from "./python-range.ts";

export type Ecosystem = "python" | "npm";

/** A dependency as its ecosystem writes it, once for each marker, whoever wants it. */
export type Requirement = {
  /** Without extras. */
  readonly name: string;
  /** Python: all that somebody wants. */
  readonly extras: readonly string[];
  /** Of Python `""` and of npm `*` where any version will do. */
  readonly range: string;
  /** Python: in which environments (PEP 508). */
  readonly marker: string | undefined;
  /** The version as it was declared, where all who want it declare it alike. */
  readonly declared: string | undefined;
};

/** In the order in which they are first wanted. Each range has to be one that the ecosystem can read, and all have to meet. */
export function mergeNeeds(
  needs: readonly Need[],
  ecosystem: Ecosystem,
): Result<readonly Requirement[], PackagesFailure> {
  const merged: Requirement[] = [];
  const groups = Map.groupBy(needs, ({ name }) => dependencyIdentity(name, ecosystem));
  for (const same of groups.values()) {
    const requirements = ecosystem === "python" ? mergePython(same) : mergeNpm(same);
    if (!requirements.ok) return requirements;
    merged.push(...requirements.value);
  }
  return ok(merged);
}

type Merged = Result<readonly Requirement[], PackagesFailure>;

/** One line for each marker: nobody can say what of two markers is so at a time, but what has none is so always. */
function mergePython(same: readonly Need[]): Merged {
  const wanted: { readonly need: Need; readonly requirement: PythonRequirement }[] = [];
  for (const need of same) {
    const requirement = pythonRequirement(need.constraint);
    if (requirement === undefined || !isDependencyName(need.name, "python")) {
      return unreadable(need, "python");
    }
    wanted.push({ need, requirement });
  }
  const always = wanted.filter(({ requirement }) => requirement.marker === undefined);
  const groups = [...Map.groupBy(wanted, ({ requirement }) => requirement.marker)];
  const isOne = groups.every(([marker, of]) => {
    const together = marker === undefined ? of : [...of, ...always];
    return pythonRangesMeet(together.map(({ requirement }) => requirement.range));
  });
  if (!isOne) return conflict(same);
  const { name } = nameAndExtras(same[0]?.name ?? "");
  return ok(
    groups.map(([marker, of]) => ({
      name,
      extras: [...new Set(of.flatMap(({ need }) => nameAndExtras(need.name).extras))],
      range: joinedBy(
        ",",
        of.flatMap(({ requirement }) => requirement.range.split(",")),
      ),
      marker,
      declared: onlyOne(of.map(({ need }) => need.constraint.split(";", 1)[0]?.trim() ?? "")),
    })),
  );
}

function mergeNpm(same: readonly Need[]): Merged {
  const ranges: string[] = [];
  for (const need of same) {
    const range = npmRange(need.constraint);
    if (range === undefined || !isDependencyName(need.name, "npm")) return unreadable(need, "npm");
    ranges.push(range);
  }
  const range = npmRangesTogether(ranges);
  if (range === undefined) return conflict(same);
  const name = same[0]?.name ?? "";
  const declared = onlyOne(same.map(({ constraint }) => constraint));
  return ok([{ name, extras: [], range, marker: undefined, declared }]);
}

function unreadable({ name, wantedBy, constraint }: Need, ecosystem: Ecosystem): Merged {
  return fail({ reason: "dependency-unreadable", name, wantedBy, constraint, ecosystem });
}

function conflict(same: readonly Need[]): Merged {
  const wanted = same.map(({ wantedBy, constraint }) => ({ wantedBy, constraint }));
  return fail({ reason: "dependencies-conflict", name: same[0]?.name ?? "", wanted });
}

function joinedBy(separator: string, parts: readonly string[]): string {
  return [...new Set(parts.filter((part) => part !== ""))].join(separator);
}

function onlyOne(texts: readonly string[]): string | undefined {
  const [first, ...others] = new Set(texts);
  return others.length === 0 ? first : undefined;
}

/** A requirement in one line (PEP 508), as lists of requirements have it. */
export function requirementLine({ name, extras, range, marker }: Requirement): string {
  const wanted = extras.length === 0 ? "" : `[${extras.join(",")}]`;
  return `${name}${wanted}${range}${marker === undefined ? "" : `; ${marker}`}`;
}

/** `requests[socks, use_chardet]` */
function nameAndExtras(text: string): {
  readonly name: string;
  readonly extras: readonly string[];
} {
  const [name = "", list = ""] = text.split(/[[\]]/);
  const extras = list.split(",").map((extra) => extra.trim());
  return { name, extras: extras.filter((extra) => extra !== "") };
}

/** PEP 503 has one name for `A.b`, `a-b` and `a_b`, and extras are no part of it. */
export function dependencyIdentity(name: string, ecosystem: Ecosystem): string {
  if (ecosystem === "npm") return name;
  return nameAndExtras(name)
    .name.toLowerCase()
    .replaceAll(/[-_.]+/g, "-");
}

const pythonName = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\[[A-Za-z0-9._, -]*\])?$/;
const npmName = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*$/;

/** Whether the ecosystem has names like this; a Python one may have extras behind it. */
export function isDependencyName(name: string, ecosystem: Ecosystem): boolean {
  return (ecosystem === "python" ? pythonName : npmName).test(name);
}
