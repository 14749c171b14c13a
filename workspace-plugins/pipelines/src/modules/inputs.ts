import { parseJson } from "@slipway/signature/basics";
import { namesNear } from "@slipway/signature/names-near";
import type { FoundProblem } from "../definition/toml-problems.ts";
import { isOfType, kindOf } from "./manifest.ts";
import type { Input, ModuleManifest } from "./manifest.ts";

export type CheckedInputs = {
  /** By name, each as JSON: what was given, and else the defaults. */
  readonly values: Readonly<Record<string, string>>;
  /** By the place of what was given. */
  readonly problems: readonly FoundProblem[];
};

/** What a use gives against what the module takes; `given` is by name, each as JSON, and stands at `path`. */
export function checkInputs(
  { name: module, inputs }: Pick<ModuleManifest, "name" | "inputs">,
  given: Readonly<Record<string, string>>,
  path: readonly PropertyKey[],
): CheckedInputs {
  const problems = Object.keys(given)
    .filter((name) => !Object.hasOwn(inputs, name))
    .map((name) => unknownInput(module, name, inputs, path));
  const values: Record<string, string> = {};
  for (const [name, input] of Object.entries(inputs)) {
    const json = Object.hasOwn(given, name) ? given[name] : undefined;
    if (json === undefined) {
      if (input.default !== undefined) values[name] = JSON.stringify(input.default);
      else if (input.optional !== true) {
        problems.push({
          path,
          message: `${module} has to be given ${name}, ${kindOf[input.type]}`,
        });
      }
      continue;
    }
    const problem = valueProblem(parseJson(json), input);
    if (problem === undefined) values[name] = json;
    else problems.push({ path: [...path, name], ...problem });
  }
  return { values, problems };
}

function unknownInput(
  module: string,
  name: string,
  inputs: ModuleManifest["inputs"],
  path: readonly PropertyKey[],
): FoundProblem {
  const known = Object.keys(inputs);
  const [near] = namesNear([name], known);
  const all = known.length === 0 ? "it takes none" : `it takes ${known.join(", ")}`;
  return {
    path: [...path, name],
    message: `${module} has no input ${name}`,
    hint: near === undefined ? all : `did you mean ${near}?`,
  };
}

function valueProblem(
  value: unknown,
  { type, options }: Input,
): { readonly message: string; readonly hint?: string } | undefined {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const message = "a module is asked before a run, and this is known only then";
    return { message, hint: "give it to the step as env" };
  }
  if (!isOfType(value, type)) {
    const is = Array.isArray(value) ? "a list" : kindOf[kindNameOf(value)];
    const message = `must be ${kindOf[type]}, and is ${is}`;
    return type === "string" && typeof value === "number"
      ? { message, hint: `write it in quotes, as a number loses what 3.10 ends with` }
      : { message };
  }
  const each: readonly unknown[] = Array.isArray(value) ? value : [value];
  const foreign = each.find((one) => options !== undefined && !options.some((all) => all === one));
  return foreign === undefined || options === undefined
    ? undefined
    : { message: `must be ${options.map(String).join(" or ")}, and is ${jsonText(foreign)}` };
}

function kindNameOf(value: unknown): "string" | "number" | "boolean" {
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "boolean" : "string";
}

function jsonText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
