import { namesNear } from "@slipway/signature/names-near";
import type { FoundProblem } from "../definition/toml-problems.ts";
import type { ValueInit } from "../plan/conditions.ts";
import type { Use } from "../plan/steps.ts";
import { isOfType, kindOf } from "./manifest.ts";
import type { Input, ModuleManifest } from "./manifest.ts";

export type CheckedInputs = {
  /** By name: what was given, and else the defaults. A list is its JSON. */
  readonly values: Readonly<Record<string, ValueInit>>;
  /** By the place of what was given. */
  readonly problems: readonly FoundProblem[];
};

type Declared = Pick<ModuleManifest, "name" | "inputs" | "content">;

/** What a use gives against what the module takes; what is given stands at `path`. */
export function checkInputs(
  { name: module, inputs: declared, content }: Declared,
  { given, inputs }: Pick<Use, "given" | "inputs">,
  path: readonly PropertyKey[],
): CheckedInputs {
  const problems = Object.keys(given)
    .filter((name) => !Object.hasOwn(declared, name))
    .map((name) => unknownInput(module, name, declared, path));
  const values: Record<string, ValueInit> = {};
  for (const [name, input] of Object.entries(declared)) {
    if (!Object.hasOwn(given, name)) {
      if (input.default !== undefined) values[name] = literal(textOf(input.default));
      else if (input.optional !== true) {
        const message = `${module} has to be given ${name}, ${kindOf[input.type]}`;
        problems.push({ path, message });
      }
      continue;
    }
    const value = valueOf(given[name], inputs[name], input, content.kind === "program");
    if ("message" in value) problems.push({ path: [...path, name], ...value });
    else values[name] = value;
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

type ValueProblem = { readonly message: string; readonly hint?: string };

/** A plugin is given also what only a run knows, if it takes a text. */
function valueOf(
  given: unknown,
  resolved: ValueInit | undefined,
  input: Input,
  takesRunValues: boolean,
): ValueInit | ValueProblem {
  const kind = resolved?.kind;
  if (resolved === undefined || kind?.case !== "literal") {
    if (takesRunValues && input.type === "string" && resolved !== undefined) return resolved;
    const message = "it is put in before a run, and this is known only then";
    return { message, hint: "give it to the step as env" };
  }
  const isTemplate = typeof given === "string" && given.includes("{{");
  const value = isTemplate || input.type === "list" ? readText(kind.value ?? "", input) : given;
  if (!isOfType(value, input.type)) return wrongType(value, input);
  const each: readonly unknown[] = Array.isArray(value) ? value : [value];
  const { options } = input;
  const foreign = each.find(
    (one) => options !== undefined && !options.some((option) => String(option) === textOf(one)),
  );
  return foreign === undefined || options === undefined
    ? literal(textOf(value))
    : { message: `must be ${options.map(String).join(" or ")}, and is ${textOf(foreign)}` };
}

/** A text as what it was written for: parts of a list have commas between them. */
function readText(text: string, { type }: Input): unknown {
  switch (type) {
    case "string":
      return text;
    case "number":
      return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
    case "boolean":
      return text === "true" || text === "false" ? text === "true" : text;
    case "list":
      return text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== "");
  }
}

function wrongType(value: unknown, { type }: Input): ValueProblem {
  const message = `must be ${kindOf[type]}, and is ${kindOf[kindNameOf(value)]}`;
  return type === "string" && typeof value === "number"
    ? { message, hint: "write it in quotes, as a number loses what 3.10 ends with" }
    : { message };
}

function kindNameOf(value: unknown): "string" | "number" | "boolean" {
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "boolean" : "string";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function literal(value: string): ValueInit {
  return { kind: { case: "literal", value } };
}
