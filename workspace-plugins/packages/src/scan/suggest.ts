import { parse } from "@renovatebot/pep440";
import type { Language } from "../package-name.ts";
import type { FoundDependency } from "./dependencies.ts";
import { npmRangeIn } from "./project-environment.ts";

/** A dependency as `aigogo.json` has it. */
export type Suggestion = {
  readonly package: string;
  readonly version: string;
  readonly optional?: true;
};

export type Suggestions = {
  readonly runtime: readonly Suggestion[];
  readonly dev: readonly Suggestion[];
};

/** What to declare for what is not; what only a type checker follows is for development. */
export async function suggest(
  language: Language,
  projectFolder: string,
  found: readonly FoundDependency[],
): Promise<Suggestions> {
  const runtime: Suggestion[] = [];
  const dev: Suggestion[] = [];
  for (const { name, kind, version, declared } of found) {
    if (declared !== "no") continue;
    const range =
      language === "javascript"
        ? await npmRangeIn(projectFolder, name)
        : rangeFrom(language, version);
    // Nobody knows which versions will do, and a range that is made up would look as if somebody did.
    const one = { package: name, version: range ?? "*" };
    if (kind === "types") dev.push(one);
    else runtime.push(kind === "optional" ? { ...one, optional: true } : one);
  }
  return { runtime, dev };
}

function rangeFrom(language: Language, version: string | undefined): string | undefined {
  if (language !== "python" || version === undefined) return version;
  const release = parse(version)?.release;
  if (release === undefined) return undefined;
  const [major = 0, minor = 0, patch = 0] = release;
  return `>=${major}.${minor}.${patch},<${major + 1}.0.0`;
}
