import type { core } from "zod";

/** What a person reads of an issue whose schema has no words of its own. `undefined`: the library's have to do. */
export function issueWords(issue: core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${kindWords(issue.expected)}, and is ${valueWords(issue.input)}`;
    case "invalid_value":
      return `must be ${issue.values.map(String).join(" or ")}`;
    case "too_small":
      return smallWords(issue);
    case "too_big":
      return bigWords(issue);
    case "invalid_key":
      return issue.issues[0]?.message;
    case "custom":
    case "invalid_element":
    case "invalid_format":
    case "invalid_union":
    case "not_multiple_of":
    case "unrecognized_keys":
      return undefined;
  }
}

/** A kind of value by the name that the library has for it. */
export function kindWords(expected: string): string {
  return kinds[expected] ?? expected;
}

const kinds: Readonly<Partial<Record<string, string>>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "keys with values",
  record: "keys with values",
  null: "empty",
};

function valueWords(input: unknown): string {
  if (input === undefined || input === null) return "empty";
  if (Array.isArray(input)) return "a list";
  return typeof input === "boolean" ? String(input) : kindWords(typeof input);
}

type Small = Extract<core.$ZodRawIssue, { readonly code: "too_small" }>;
type Big = Extract<core.$ZodRawIssue, { readonly code: "too_big" }>;

function smallWords({ origin, minimum, inclusive }: Small): string {
  const counted = countedIn[origin];
  if (counted === undefined) {
    return `must be ${inclusive === false ? `more than ${minimum}` : `${minimum} or more`}`;
  }
  return Number(minimum) === 1 ? "must not be empty" : `must have ${minimum} ${counted} at least`;
}

function bigWords({ origin, maximum, inclusive }: Big): string {
  const counted = countedIn[origin];
  if (counted !== undefined) return `must have ${maximum} ${counted} at most`;
  return `must be ${inclusive === false ? `less than ${maximum}` : `${maximum} or less`}`;
}

const countedIn: Readonly<Partial<Record<string, string>>> = {
  string: "characters",
  array: "entries",
  set: "entries",
};
