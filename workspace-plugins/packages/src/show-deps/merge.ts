import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { PackagesFailure } from "../failure.ts";
import type { Need } from "./need.ts";
import { npmRange, npmRangesMeet } from "./npm-range.ts";
import { pythonRange, pythonRangesMeet } from "./python-range.ts";

export type Ecosystem = "python" | "npm";

/** A dependency as its ecosystem writes it, once, whoever wants it. */
export type Requirement = {
  readonly name: string;
  /** Of Python `""` and of npm `*` where any version will do. */
  readonly range: string;
  /** As it was declared, where all who want it declare it alike. */
  readonly declared: string | undefined;
};

/** In the order in which they are first wanted. Each range has to be one that the ecosystem can read, and all have to meet. */
export function mergeNeeds(
  needs: readonly Need[],
  ecosystem: Ecosystem,
): Result<readonly Requirement[], PackagesFailure> {
  const merged: Requirement[] = [];
  for (const same of Map.groupBy(needs, ({ name }) =>
    dependencyIdentity(name, ecosystem),
  ).values()) {
    const requirement = mergeSame(same, ecosystem);
    if (!requirement.ok) return requirement;
    merged.push(requirement.value);
  }
  return ok(merged);
}

function mergeSame(
  same: readonly Need[],
  ecosystem: Ecosystem,
): Result<Requirement, PackagesFailure> {
  const name = same[0]?.name ?? "";
  const ranges = new Set<string>();
  for (const need of same) {
    const range = ecosystem === "python" ? pythonRange(need.constraint) : npmRange(need.constraint);
    if (range === undefined || !isDependencyName(need.name, ecosystem)) {
      const { wantedBy, constraint } = need;
      return fail({ reason: "dependency-unreadable", name, wantedBy, constraint, ecosystem });
    }
    ranges.add(range);
  }
  const all = [...ranges].filter((range) => range !== "" && range !== "*");
  const meet = ecosystem === "python" ? pythonRangesMeet(all) : npmRangesMeet(all);
  if (!meet || all.filter((range) => /\|\||;/.test(range)).length > 1) {
    const wanted = same.map(({ wantedBy, constraint }) => ({ wantedBy, constraint }));
    return fail({ reason: "dependencies-conflict", name, wanted });
  }
  const texts = new Set(same.map(({ constraint }) => constraint));
  const declared = texts.size === 1 ? [...texts][0] : undefined;
  if (ecosystem === "npm") return ok({ name, range: all.join(" ") || "*", declared });
  const specifiers = new Set(all.flatMap((range) => range.split(",")));
  return ok({ name, range: [...specifiers].join(","), declared });
}

/** PEP 503 has one name for `A.b`, `a-b` and `a_b`, and extras are no part of it. */
export function dependencyIdentity(name: string, ecosystem: Ecosystem): string {
  return ecosystem === "npm" ? name : name.toLowerCase().replaceAll(/[-_.]+/g, "-");
}

const pythonName = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\[[A-Za-z0-9._, -]*\])?$/;
const npmName = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*$/;

/** Whether the ecosystem has names like this; a Python one may have extras behind it. */
export function isDependencyName(name: string, ecosystem: Ecosystem): boolean {
  return (ecosystem === "python" ? pythonName : npmName).test(name);
}
