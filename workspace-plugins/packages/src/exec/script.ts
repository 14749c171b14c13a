import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { isPackagePath, pathProblem } from "../package-path.ts";
import type { PackagePath } from "../package-path.ts";
import { keyText } from "../package-name.ts";
import type { ExecFailure } from "./failure.ts";

export type ChosenScript = {
  readonly name: string;
  readonly path: PackagePath;
  /** What is left of the words, for the script. */
  readonly args: readonly string[];
};

/**
 * The script that the first word names; else the one of the package's own name, or its only one, as aigg has it, and all
 * words are for that. A `--` before the words says that none of them is a name.
 */
export function chosenScript(
  key: string,
  scripts: Readonly<Record<string, string>>,
  words: readonly string[],
): Result<ChosenScript, ExecFailure> {
  const names = Object.keys(scripts).toSorted();
  const [word = "", ...rest] = words;
  const isNamed = Object.hasOwn(scripts, word);
  const name = isNamed ? word : defaultScript(key, names);
  if (name === undefined) return fail({ reason: "script-unknown", key, scripts: names });
  const path = scripts[name] ?? "";
  if (!isPackagePath(path)) {
    const shown = `${path} (${pathProblem(path) ?? "not a path"})`;
    return fail({ reason: "script-outside", key, script: name, path: shown });
  }
  const args = isNamed ? rest : words;
  return ok({ name, path, args: args[0] === "--" ? args.slice(1) : args });
}

function defaultScript(key: string, names: readonly string[]): string | undefined {
  return (
    names.find((name) => name === key) ??
    names.find((name) => keyText(name, "python") === key) ??
    (names.length === 1 ? names[0] : undefined)
  );
}
