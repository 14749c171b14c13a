import { z } from "zod";
import type { Scenario } from "./scenario.ts";

const Patterns = z.union([z.string(), z.array(z.string())]).transform((of) => [of].flat());

const Filter = z
  .object({
    branches: Patterns.optional(),
    "branches-ignore": Patterns.optional(),
    tags: Patterns.optional(),
    "tags-ignore": Patterns.optional(),
    types: Patterns.optional(),
  })
  .nullish()
  .transform((filter) => filter ?? {});

const Events = z.record(z.string(), z.unknown());

/** `on` as it may be written: a name, several, or a table. */
export const GithubTriggers = z.union([
  z.string().transform((event) => ({ [event]: null })),
  z.array(z.string()).transform((events) => Object.fromEntries(events.map((one) => [one, null]))),
  Events,
]);
type GithubTriggers = z.output<typeof GithubTriggers>;

/** Whether an event starts a run, as GitHub reads `on`. */
export function githubStarts(on: GithubTriggers, name: string, scenario: Scenario): boolean {
  if (!Object.hasOwn(on, name)) return false;
  const { event, branch, tag, baseBranch, action } = scenario;
  if (event === "schedule") return isDue(on[name], scenario.cron);
  const filter = Filter.parse(on[name]);
  const { branches, tags, types } = filter;
  const [noBranches, noTags] = [filter["branches-ignore"], filter["tags-ignore"]];
  switch (event) {
    case "push": {
      const asksBranches = branches !== undefined || noBranches !== undefined;
      const asksTags = tags !== undefined || noTags !== undefined;
      if (!asksBranches && !asksTags) return true;
      return tag === undefined
        ? asksBranches && passes(branch, branches, noBranches)
        : asksTags && passes(tag, tags, noTags);
    }
    case "pull-request":
      return (
        (types ?? ["opened", "synchronize", "reopened"]).includes(action) &&
        passes(baseBranch, branches, noBranches)
      );
    case "merge-queue":
      return passes(baseBranch, branches, noBranches);
    case "manual":
      return true;
  }
}

const Schedules = z.array(z.object({ cron: z.string() }));

function isDue(schedules: unknown, cron: string | undefined): boolean {
  const parsed = Schedules.safeParse(schedules);
  return parsed.success && parsed.data.some((one) => cron === undefined || one.cron === cron);
}

function passes(
  name: string,
  wanted: readonly string[] | undefined,
  ignored: readonly string[] | undefined,
): boolean {
  if (ignored?.some((pattern) => githubPatternMatches(pattern, name)) === true) return false;
  if (wanted === undefined) return true;
  // The last that fits decides.
  return wanted.reduce((before, pattern) => {
    const isOut = pattern.startsWith("!");
    return githubPatternMatches(isOut ? pattern.slice(1) : pattern, name) ? !isOut : before;
  }, false);
}

const parts = /\\.|\*\*|\*|\[[^\]]*\]|[?+]|[^\\*[?+]+/gs;

/** https://docs.github.com/actions/reference/workflow-syntax-for-github-actions#filter-pattern-cheat-sheet: `?` and `+` count what is before them. */
export function githubPatternMatches(pattern: string, name: string): boolean {
  const source = pattern.replaceAll(parts, (part) => {
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?" || part === "+" || part.startsWith("[")) return part;
    const text = part.startsWith("\\") ? part.slice(1) : part;
    return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
  });
  return new RegExp(`^${source}$`, "su").test(name);
}
