import { namesNear } from "@slipway/signature/names-near";
import { parseTemplate } from "../definition/template.ts";
import { runFacts } from "../definition/values.ts";
import type { RunFact } from "../definition/values.ts";

/** A path of keys in `cig.toml`. */
export type KeyPath = readonly (string | number)[];

export type PlanProblem = {
  readonly path: KeyPath;
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
};

export type Tell = (problem: PlanProblem) => void;

/** What names in templates and conditions stand for. */
export type Scope = {
  readonly variables: Readonly<Record<string, string>>;
  readonly matrix: Readonly<Record<string, string>>;
  /** Of the command that a step is of. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What plugins found out. `undefined`: nobody was asked, and names of no variable stay as they are. */
  readonly facts: Readonly<Record<string, string>> | undefined;
  readonly tell: Tell;
};

/** What is known now, and what only the run knows. */
type TextPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "fact"; readonly fact: RunFact }
  | { readonly kind: "input"; readonly input: string };

/** As `resolveText`, where facts of the run may stand: `{{ branch }}`, `{{ input.NAME }}`. Texts beside each other are one. */
export function resolveParts(text: string, scope: Scope, path: KeyPath): readonly TextPart[] {
  const parts: TextPart[] = [];
  for (const part of parseTemplate(text)) {
    const ofRun = part.kind === "name" ? partOfRun(part.name, scope) : undefined;
    const last = parts.at(-1);
    if (ofRun !== undefined) parts.push(ofRun);
    else {
      const found = part.kind === "text" ? part.text : resolveName(part.name, scope, path);
      if (last?.kind !== "text") parts.push({ kind: "text", text: found });
      else parts[parts.length - 1] = { kind: "text", text: last.text + found };
    }
  }
  return parts;
}

/** A variable of the file with the name of a fact wins. */
function partOfRun(name: string, { variables, facts }: Scope): TextPart | undefined {
  if (Object.hasOwn(variables, name) || Object.hasOwn(facts ?? {}, name)) return undefined;
  const fact = runFacts.find((one) => one === name);
  if (fact !== undefined) return { kind: "fact", fact };
  return name.startsWith("input.")
    ? { kind: "input", input: name.slice("input.".length) }
    : undefined;
}

/** `text` with the values of its templates. */
export function resolveText(text: string, scope: Scope, path: KeyPath): string {
  if (!text.includes("{{")) return text;
  return parseTemplate(text)
    .map((part) => (part.kind === "text" ? part.text : resolveName(part.name, scope, path)))
    .join("");
}

/** `{{ NAME }}` is a variable or a fact, before the dot stands what kind of name it is. */
function resolveName(name: string, scope: Scope, path: KeyPath): string {
  const [kind = "", rest] = name.split(".");
  const known = rest === undefined ? { ...scope.facts, ...scope.variables } : tableOf(kind, scope);
  const wanted = rest ?? kind;
  if (known !== undefined && Object.hasOwn(known, wanted)) {
    const isVariable = rest === undefined || kind === "variables";
    return isVariable && Object.hasOwn(scope.variables, wanted)
      ? textOfVariable(wanted, scope, path)
      : (known[wanted] ?? "");
  }
  if (partOfRun(name, scope) !== undefined) {
    const message = `${name} is known only when the job runs`;
    const fact = kind === "input" ? `input = "${rest ?? ""}"` : `fact = "${name}"`;
    scope.tell({ path, message, hint: `give it as env = { NAME = { ${fact} } } and write $NAME` });
    return "";
  }
  if (scope.facts === undefined && (rest === undefined || kind === "facts")) return `{{ ${name} }}`;
  const [near] = namesNear([name], namesIn(scope));
  scope.tell({
    path,
    message: `nothing is named ${name}`,
    hint:
      near === undefined
        ? `write {{ "{{ ${name} }}" }} for the text itself`
        : `did you mean {{ ${near} }}?`,
  });
  return "";
}

/** What a variable asks for itself is put into the environment alone. */
function textOfVariable(name: string, { variables, tell }: Scope, path: KeyPath): string {
  const parts = parseTemplate(variables[name] ?? "");
  for (const part of parts) {
    if (part.kind === "text") continue;
    tell({
      path,
      message: `the variable ${name} has {{ ${part.name} }} in it, which is not put into a text`,
      hint: `write its text here instead of {{ ${name} }}, or $${name} where a shell runs`,
    });
    return "";
  }
  return parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
}

function tableOf(kind: string, scope: Scope): Readonly<Record<string, string>> | undefined {
  switch (kind) {
    case "variables":
      return scope.variables;
    case "matrix":
      return scope.matrix;
    case "parameters":
      return scope.parameters;
    case "facts":
      return scope.facts;
  }
  return undefined;
}

function namesIn({ variables, matrix, parameters, facts = {} }: Scope): readonly string[] {
  return [
    ...Object.keys(variables),
    ...Object.keys(facts),
    ...Object.keys(matrix).map((name) => `matrix.${name}`),
    ...Object.keys(parameters).map((name) => `parameters.${name}`),
  ];
}
