import { Input_Type } from "@slipway/pipeline-sdk/graph";
import type { Input, PushTrigger, Triggers } from "@slipway/pipeline-sdk/graph";
import { unknownKind } from "./expressions.ts";
import { filterPattern } from "./globs.ts";
import { compact, flag } from "./plain.ts";
import type { Plain } from "./plain.ts";

type Rendered = { readonly [key: string]: Plain };

export function renderTriggers(triggers: Triggers): Rendered {
  const { push, pullRequest, mergeQueue, schedules, manual } = triggers;
  return {
    ...(push === undefined ? {} : { push: pushFilter(push) }),
    ...(pullRequest === undefined
      ? {}
      : {
          pull_request: compact({
            types: pullRequest.types,
            branches: patterns(pullRequest.branches),
          }),
        }),
    ...(mergeQueue === undefined ? {} : { merge_group: {} }),
    ...(schedules.length === 0
      ? {}
      : { schedule: schedules.map(({ cron }) => ({ cron: cron.trim().split(/\s+/).join(" ") })) }),
    ...(manual === undefined
      ? {}
      : {
          workflow_dispatch: compact({
            inputs: Object.fromEntries(
              manual.inputs.map((input) => [input.name, renderInput(input)]),
            ),
          }),
        }),
  };
}

/** Without any filter GitHub takes tags too. */
function pushFilter({ branches, branchesIgnore, tags, tagsIgnore }: PushTrigger): Rendered {
  const filter = compact({
    branches: patterns(branches),
    "branches-ignore": patterns(branchesIgnore),
    tags: patterns(tags),
    "tags-ignore": patterns(tagsIgnore),
  });
  return Object.keys(filter).length === 0 ? { branches: ["**"] } : filter;
}

function patterns(globs: readonly string[]): readonly string[] {
  return globs.map((glob) => {
    const pattern = filterPattern(glob);
    if (pattern === undefined) throw new Error(`internal: ${glob} was to be refused`);
    return pattern;
  });
}

function renderInput({ type, description, default: usual, required, options }: Input): Plain {
  return compact({
    description,
    required: flag(required),
    type: typeOf(type),
    // An empty text says nothing, as a default does where there is none.
    default: usual === undefined ? undefined : defaultOf(type, usual),
    options,
  });
}

function typeOf(type: Input_Type): string | undefined {
  switch (type) {
    case Input_Type.UNSPECIFIED:
      return undefined;
    case Input_Type.STRING:
      return "string";
    case Input_Type.BOOLEAN:
      return "boolean";
    case Input_Type.NUMBER:
      return "number";
    case Input_Type.CHOICE:
      return "choice";
    default:
      throw unknownKind("input");
  }
}

function defaultOf(type: Input_Type, usual: string): Plain {
  if (type === Input_Type.BOOLEAN) return usual === "true";
  return type === Input_Type.NUMBER && Number.isFinite(Number(usual)) ? Number(usual) : usual;
}
