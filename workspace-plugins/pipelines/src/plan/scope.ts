import { namesNear } from "@slipway/signature/names-near";
import { parseTemplate } from "../definition/template.ts";

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
  if (known !== undefined && Object.hasOwn(known, wanted)) return known[wanted] ?? "";
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
