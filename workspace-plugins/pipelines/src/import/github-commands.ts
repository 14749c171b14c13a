import { parseExpression, partsOf } from "./github-expression.ts";
import { importValue, literal, sourceOf } from "./github-values.ts";
import type { ImportedValue } from "./github-values.ts";

/** A command whose expressions are variables now. */
export type ImportedCommand = {
  readonly command: string;
  readonly env: Readonly<Record<string, ImportedValue>>;
  /** Of the job, and of GitHub alone: in its own words. */
  readonly ownEnv: Readonly<Record<string, string>>;
};

/** Contexts that GitHub knows where it reads the environment of a job. */
const early = /^(?!.*\b(?:runner|steps|job|env|hashFiles)\b).*$/s;

/**
 * GitHub puts the text of an expression into the command; here a shell reads it from a variable. `undefined`: it cannot, or the
 * language is no shell.
 */
export function importCommand(text: string, shell: string): ImportedCommand | undefined {
  const env: Record<string, ImportedValue> = {};
  const ownEnv: Record<string, string> = {};
  let command = "";
  for (const part of partsOf(text)) {
    if (part.kind === "text") {
      command += literal(part.text);
      continue;
    }
    const source = sourceOf(parseExpression(part.source));
    if (source?.kind === "text") command += literal(source.text);
    else if (source?.kind === "matrix") command += `{{ matrix.${source.name} }}`;
    else {
      const name = source === undefined ? variableOf(part.source) : variableOf(source.name);
      const read = referenceTo(name, shell);
      if (read === undefined) return undefined;
      const value = source?.kind === "env" ? "" : importValue(`\${{ ${part.source} }}`);
      if (source?.kind !== "env" && value !== undefined) env[name] = value;
      if (value === undefined) {
        if (!early.test(part.source)) return undefined;
        ownEnv[name] = `\${{ ${part.source} }}`;
      }
      command += read;
    }
  }
  return { command, env, ownEnv };
}

/** `steps.build.outputs.x` is BUILD_X; a name that is one already stays. */
function variableOf(text: string): string {
  if (/^[A-Za-z_]\w*$/.test(text) && text.toUpperCase() === text) return text;
  const letters = text.replaceAll(/[^A-Za-z0-9]+/g, "_").replaceAll(/^_+|_+$/g, "");
  const name = letters.toUpperCase();
  return /^\d/.test(name) || name === "" ? `VALUE_${name}` : name;
}

function referenceTo(name: string, shell: string): string | undefined {
  const [program = ""] = shell.split(" ");
  if (program === "" || program === "bash" || program === "sh") return `\${${name}}`;
  return program === "pwsh" || program === "powershell" ? `\${env:${name}}` : undefined;
}
