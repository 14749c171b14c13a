import type { Place, Value } from "@slipway/pipeline-sdk/graph";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import { problem } from "./problems.ts";

type KindName = Value["kind"]["case"];

type Known = {
  /** In words. */
  readonly where: string;
  /** What GitHub knows there, beside literals. */
  readonly kinds: readonly KindName[];
};

const words: Readonly<Partial<Record<NonNullable<KindName>, string>>> = {
  secret: "a secret",
  output: "an output of another job",
  step: "an output of a step",
  env: "a variable of the job",
  setting: "a setting",
};

/** Each place of a workflow has contexts of its own: https://docs.github.com/actions/reference/contexts#context-availability. */
export function checkValue(
  value: Value | undefined,
  place: Place | undefined,
  known: Known,
): readonly Diagnostic[] {
  const kind = value?.kind;
  if (kind?.case === undefined || kind.case === "literal") return [];
  if (kind.case === "joined") return kind.value.of.flatMap((one) => checkValue(one, place, known));
  if (known.kinds.includes(kind.case)) return [];
  return [
    problem({
      code: "GITHUB_VALUE",
      title: "a value that GitHub does not know there",
      message: `${known.where} cannot have ${words[kind.case] ?? kind.case}`,
      fixHint: "give it to the steps that need it as env",
      place,
    }),
  ];
}

/** What expressions refer to by name. */
export function checkName(
  of: string,
  name: string,
  place: Place | undefined,
): readonly Diagnostic[] {
  if (/^(?!__)[A-Za-z_][\w-]{0,98}$/.test(name)) return [];
  return [
    problem({
      code: "GITHUB_ID",
      title: "a name that GitHub does not take",
      message: `the ${of} ${name}: a letter or one _ stands first, and there are 99 at most`,
      fixHint: "rename it",
      place,
    }),
  ];
}
