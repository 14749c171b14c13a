import path from "node:path";
import { fail, ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { PackagesCause, PackagesFailure } from "../failure.ts";
import { dependenciesOf, sameAs, saveDependencies } from "./dependency-list.ts";
import { kindNames } from "./dependency.ts";
import type { Dependency, DependencyKind } from "./dependency.ts";
import { openManifest } from "./manifest-file.ts";
import type { Place } from "./manifest-file.ts";
import { readPyproject } from "./pyproject.ts";

/** Declares what the `pyproject.toml` beside the manifest needs and the manifest does not say yet. */
export async function importPyproject(
  place: Place,
  kind: DependencyKind,
): Promise<Result<Outcome<PackagesCause>, PackagesFailure>> {
  const opened = await openManifest(place);
  if (!opened.ok) return opened;
  const { manifest, file } = opened.value;
  const { name: language, version } = manifest.language;
  if (language !== "python") return fail({ reason: "pyproject-of-other-language", file, language });
  const pyproject = path.join(path.dirname(file), "pyproject.toml");
  const text = await readTextIfPresent(pyproject);
  if (text === undefined) return fail({ reason: "pyproject-missing", file: pyproject });
  const needs = readPyproject(pyproject, text);
  if (!needs.ok) return needs;
  const declared = dependenciesOf(manifest, kind);
  const asked = needs.value.declared.filter((need) => need.kind === kind);
  const isNew = (name: string) => !declared.some(sameAs(manifest, name));
  const added = asked.filter((need) => isNew(need.package)).map(entryOf);
  const python = version === undefined ? needs.value.python : undefined;
  const facts = {
    kind: kindNames[kind],
    added: lines(added),
    "declared already": lines(asked.filter((need) => !isNew(need.package))),
    "left out": needs.value.leftOut.join("\n"),
    ...(python === undefined ? {} : { python }),
    manifest: file,
  };
  if (added.length === 0 && python === undefined) {
    return ok({ state: "unchanged", cause: "dependencies-known", facts });
  }
  const changes = python === undefined ? {} : { languageVersion: python };
  const saved = await saveDependencies(opened.value, kind, [...declared, ...added], changes);
  return saved.ok ? ok({ state: "done", cause: "dependencies-imported", facts }) : saved;
}

function lines(list: readonly Dependency[]): string {
  return list.map((one) => `${one.package} ${one.version}`).join("\n");
}

function entryOf({ package: name, version, optional }: Dependency): Dependency {
  return { package: name, version, ...(optional === true ? { optional } : {}) };
}
