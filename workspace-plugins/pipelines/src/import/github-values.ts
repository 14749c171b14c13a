import { Name, VariableName } from "../definition/words.ts";
import { parseExpression, partsOf } from "./github-expression.ts";
import type { Expression } from "./github-expression.ts";

/** Where a value comes from, in the words of `cig.toml`. */
export type Source =
  | { readonly kind: "matrix" | "env" | "setting"; readonly name: string }
  | { readonly kind: "secret" | "input" | "output" | "step" | "fact"; readonly name: string }
  | { readonly kind: "text"; readonly text: string };

export type ImportedValue =
  | string
  | { readonly [kind in "secret" | "input" | "output" | "step" | "fact"]?: string };

const facts: Readonly<Record<string, string>> = {
  sha: "commit",
  head_ref: "head-branch",
  base_ref: "base-branch",
  run_number: "run-number",
  actor: "actor",
};

/** `undefined`: `cig.toml` has no word for it. */
export function sourceOf(expression: Expression | undefined): Source | undefined {
  if (expression?.kind === "literal") return { kind: "text", text: expression.value };
  if (expression?.kind !== "path") return undefined;
  const [first = "", second = "", third = "", fourth, ...rest] = expression.names;
  if (rest.length > 0) return undefined;
  if (fourth !== undefined) {
    if (first === "needs" && third === "outputs" && isName(second) && isName(fourth)) {
      return { kind: "output", name: `${second}.${fourth}` };
    }
    if (first === "steps" && third === "outputs" && isName(second) && isName(fourth)) {
      return { kind: "step", name: `${second}.${fourth}` };
    }
    return first === "github" && second === "event" && third === "inputs" && isName(fourth)
      ? { kind: "input", name: fourth }
      : undefined;
  }
  if (third !== "" || !isName(second)) return undefined;
  switch (first) {
    case "matrix":
      return /^[A-Za-z_]/.test(second) ? { kind: "matrix", name: second } : undefined;
    case "env":
      return { kind: "env", name: second };
    case "vars":
      return { kind: "setting", name: second };
    case "secrets":
      return /^[A-Za-z_]\w*$/.test(second) ? { kind: "secret", name: second } : undefined;
    case "inputs":
      return { kind: "input", name: second };
    case "github":
      if (second === "token") return { kind: "secret", name: "GITHUB_TOKEN" };
      return facts[second] === undefined ? undefined : { kind: "fact", name: facts[second] };
  }
  return undefined;
}

export function isName(text: string): boolean {
  return Name.safeParse(text).success;
}

export function isVariable(text: string): boolean {
  return VariableName.safeParse(text).success;
}

/** What we would take for a template of ours is said as the text that it is. */
export function literal(text: string): string {
  return text.replaceAll(
    /(^|[^$])(\{\{\s*(?:[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)?|"[^"]*"|'[^']*')\s*\}\})/g,
    (_whole, before: string, template: string) =>
      `${before}{{ ${template.includes('"') ? `'${template}'` : `"${template}"`} }}`,
  );
}

/** A value of `env` or `with`. `undefined`: it cannot be said. */
export function importValue(text: string): ImportedValue | undefined {
  const parts = partsOf(text);
  const [only] = parts;
  if (parts.length === 1 && only?.kind === "expression") {
    const source = sourceOf(parseExpression(only.source));
    if (source === undefined || source.kind === "env" || source.kind === "setting")
      return undefined;
    if (source.kind === "text") return literal(source.text);
    return source.kind === "matrix"
      ? `{{ matrix.${source.name} }}`
      : { [source.kind]: source.name };
  }
  return importText(text, ["matrix", "fact", "input"]);
}

/** A text with templates, of the kinds that are known where it stands. `undefined`: it cannot be said. */
export function importText(
  text: string,
  kinds: readonly Source["kind"][] = ["matrix"],
): string | undefined {
  const texts = partsOf(text).map((part) => {
    if (part.kind === "text") return literal(part.text);
    const source = sourceOf(parseExpression(part.source));
    if (source?.kind === "text") return literal(source.text);
    if (source === undefined || !kinds.includes(source.kind)) return undefined;
    return source.kind === "fact" ? `{{ ${source.name} }}` : `{{ ${source.kind}.${source.name} }}`;
  });
  return texts.includes(undefined) ? undefined : texts.join("");
}

/** An input of a step of GitHub's own keeps its expressions, but for the values of the matrix, which are known before. */
export function importInput(text: string): string | undefined {
  const texts = partsOf(text).map((part) => {
    if (part.kind === "text") return literal(part.text);
    const source = sourceOf(parseExpression(part.source));
    if (source?.kind === "matrix") return `{{ matrix.${source.name} }}`;
    return /\b(?:matrix|strategy)\b/.test(part.source) ? undefined : `\${{ ${part.source} }}`;
  });
  return texts.includes(undefined) ? undefined : texts.join("");
}

/** Whether it asks for the values of a matrix, which are gone where its jobs are told apart. */
export function asksMatrix(value: unknown): boolean {
  return partsOf(JSON.stringify(value)).some(
    (part) => part.kind === "expression" && /\b(?:matrix|strategy)\b/.test(part.source),
  );
}
