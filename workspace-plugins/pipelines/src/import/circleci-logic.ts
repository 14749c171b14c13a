import { entriesOf, itemsOf, textOf } from "./located.ts";
import type { Located } from "./located.ts";

const sources: Readonly<Record<string, string>> = { scheduled_pipeline: "schedule", api: "manual" };

/** Defaults of the parameters of a pipeline: what they are when it is started by a push. */
export type Parameters = ReadonlyMap<string, string>;

/** A logic statement as a condition. `undefined`: it cannot be said. */
export function importLogic(located: Located, parameters: Parameters): string | undefined {
  const text = textOf(located);
  if (text !== undefined) return claimOf(text, parameters);
  const [[name, of] = ["", undefined], ...others] = entriesOf(located);
  if (of === undefined || others.length > 0) return undefined;
  switch (name) {
    case "not": {
      const inner = importLogic(of, parameters);
      return inner === undefined ? undefined : `!(${inner})`;
    }
    case "and":
    case "or": {
      const parts = itemsOf(of).map((each) => importLogic(each, parameters));
      if (parts.includes(undefined) || parts.length === 0) return undefined;
      return `(${parts.join(name === "and" ? " && " : " || ")})`;
    }
    case "equal":
      return equalityOf(
        itemsOf(of).map((each) => textOf(each) ?? ""),
        parameters,
      );
  }
  return undefined;
}

/** A value alone: whether it is neither empty nor false. A push has to find it so, for it has no inputs with us. */
function claimOf(text: string, parameters: Parameters): string | undefined {
  const name = valueIn(text);
  if (name === "pipeline.git.branch") return "branch";
  if (name === "pipeline.git.tag") return "tag";
  const input = /^pipeline\.parameters\.([\w-]+)$/.exec(name ?? "")?.[1];
  const usual = isDeclared(input, parameters) ? (parameters.get(input) ?? "") : undefined;
  return usual === "" || usual === "false" ? `input.${input ?? ""}` : undefined;
}

function equalityOf(texts: readonly string[], parameters: Parameters): string | undefined {
  const [value, ...values] = texts.filter((each) => valueIn(each) !== undefined);
  const [wanted, ...more] = texts.filter((each) => valueIn(each) === undefined);
  if (value === undefined || wanted === undefined || values.length + more.length > 0)
    return undefined;
  if (/["\\<]/.test(wanted)) return undefined;
  const name = valueIn(value);
  const ref = /^pipeline\.git\.(branch|tag)$/.exec(name ?? "")?.[1];
  if (ref !== undefined) return wanted === "" ? `!${ref}` : `${ref} == "${wanted}"`;
  if (name === "pipeline.trigger_source") {
    const event = sources[wanted];
    return event === undefined ? undefined : `event == "${event}"`;
  }
  const input = /^pipeline\.parameters\.([\w-]+)$/.exec(name ?? "")?.[1];
  if (!isDeclared(input, parameters) || (parameters.get(input) ?? "") === wanted) return undefined;
  return `input.${input} == "${wanted}"`;
}

function valueIn(text: string): string | undefined {
  return /^<<\s*([\w.-]+)\s*>>$/.exec(text)?.[1];
}

function isDeclared(
  input: string | undefined,
  parameters: ReadonlyMap<string, string | undefined>,
): input is string {
  return input !== undefined && parameters.has(input);
}
