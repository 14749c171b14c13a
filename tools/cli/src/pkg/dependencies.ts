import {
  addDependency,
  dependenciesOf,
  removeDependency,
} from "@slipway/packages/authoring/dependency-list";
import { importPyproject } from "@slipway/packages/authoring/import-pyproject";
import { openManifest } from "@slipway/packages/authoring/manifest-file";
import type { DependencyKind } from "@slipway/packages";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openQuestions } from "./ask.ts";
import { openPackageCall } from "./package-call.ts";

export async function addRuntime(call: Call): Promise<number> {
  return add(call, "runtime");
}

export async function addDevelopment(call: Call): Promise<number> {
  return add(call, "dev");
}

export async function removeRuntime(call: Call): Promise<number> {
  return remove(call, "runtime");
}

export async function removeDevelopment(call: Call): Promise<number> {
  return remove(call, "dev");
}

const missingName = "the name of the package is missing";

async function add({ args }: Call, kind: DependencyKind): Promise<number> {
  const options = {
    "from-pyproject": { type: "boolean" },
    force: { type: "boolean" },
    json: { type: "boolean" },
  } as const;
  const read = readArguments(args, { options, words: [0, 2] });
  if (!read.ok) return tellUsage(read.failure);
  const { "from-pyproject": isImport = false, force: isForced = false } = read.value.options;
  const { place, tell } = openPackageCall(read.value.options);
  const [givenName, givenVersion] = read.value.words;
  if (isImport && givenName !== undefined) {
    const problem = `not expected beside --from-pyproject: ${givenName}`;
    return tellUsage({ reason: "arguments-invalid", problem });
  }
  if (isImport) return tell(await importPyproject(place, kind));
  using questions = openQuestions();
  const name = await questions.wordFor(givenName, {
    prompt: "Package name: ",
    missing: missingName,
  });
  if (!name.ok) return await tellUsage(name.failure);
  const version = await questions.wordFor(givenVersion, {
    prompt: "Version constraint (such as >=2.31.0,<3.0.0 or ^1.6.0): ",
    missing: "the version is missing",
  });
  if (!version.ok) return await tellUsage(version.failure);
  const asked = { name: name.value, version: version.value, isForced };
  return await tell(await addDependency(place, kind, asked));
}

async function remove({ args }: Call, kind: DependencyKind): Promise<number> {
  const read = readArguments(args, { options: { json: { type: "boolean" } }, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { place, tell, progress } = openPackageCall(read.value.options);
  const [given] = read.value.words;
  if (given === undefined) {
    const opened = await openManifest(place);
    if (!opened.ok) return tell(opened);
    for (const one of dependenciesOf(opened.value.manifest, kind)) {
      progress(`${one.package} (${one.version})`);
    }
  }
  const prompt = "Package name to remove: ";
  using questions = openQuestions();
  const name = await questions.wordFor(given, { prompt, missing: missingName });
  if (!name.ok) return await tellUsage(name.failure);
  return await tell(await removeDependency(place, kind, name.value));
}
