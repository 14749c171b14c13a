import { literal } from "./github-values.ts";
import type { ImportedValue } from "./github-values.ts";
import type { Located } from "./located.ts";

/** What parameters that stay open are called in `cig.toml`: `{{ matrix.os }}`, `{{ parameters.os }}`. */
export type Templates = ReadonlyMap<string, string>;

type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value"; readonly name: string };

/** `<< parameters.x >>` and what stands between; `\<<` is the text itself. */
function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(/\\<<|<<\s*([\w.-]+)\s*>>/g)) {
    parts.push({ kind: "text", text: text.slice(at, match.index) });
    const [whole, name] = match;
    parts.push(name === undefined ? { kind: "text", text: "<<" } : { kind: "value", name });
    at = match.index + whole.length;
  }
  parts.push({ kind: "text", text: text.slice(at) });
  return parts.filter((part) => part.kind === "value" || part.text !== "");
}

const facts: Readonly<Record<string, string>> = {
  "pipeline.git.revision": "commit",
  "pipeline.git.branch": "branch",
  "pipeline.git.tag": "tag",
  "pipeline.number": "run-number",
};

type Open = { readonly kind: "template"; readonly text: string } | OfRun;
type OfRun = { readonly kind: "fact" | "input"; readonly name: string };

function openValue(name: string, templates: Templates): Open | undefined {
  const own = /^(?:parameters|matrix)\.([\w-]+)$/.exec(name)?.[1];
  const template = own === undefined ? undefined : templates.get(own);
  if (template !== undefined) return { kind: "template", text: template };
  const fact = facts[name];
  if (fact !== undefined) return { kind: "fact", name: fact };
  const input = /^pipeline\.parameters\.([\w-]+)$/.exec(name)?.[1];
  return input === undefined ? undefined : { kind: "input", name: input };
}

/** A text with templates. `undefined`: it cannot be said where only these are known. */
export function circleText(text: string, templates: Templates): string | undefined {
  const texts = partsOf(text).map((part) => {
    if (part.kind === "text") return literal(part.text);
    const value = openValue(part.name, templates);
    return value?.kind === "template" ? value.text : undefined;
  });
  return texts.includes(undefined) ? undefined : texts.join("");
}

/** A value of the environment. */
export function circleValue(text: string, templates: Templates): ImportedValue | undefined {
  const parts = partsOf(text);
  const [only] = parts;
  if (parts.length === 1 && only?.kind === "value") {
    const value = openValue(only.name, templates);
    if (value?.kind === "template") return value.text;
    return value === undefined ? undefined : { [value.kind]: value.name };
  }
  const texts = parts.map((part) => {
    if (part.kind === "text") return literal(part.text);
    const value = openValue(part.name, templates);
    if (value === undefined || value.kind === "template") return value?.text;
    return value.kind === "fact" ? `{{ ${value.name} }}` : `{{ input.${value.name} }}`;
  });
  return texts.includes(undefined) ? undefined : texts.join("");
}

export type CircleCommand = {
  readonly command: string;
  readonly env: Readonly<Record<string, ImportedValue>>;
};

/** A command for a shell: what only the run knows is read from a variable. */
export function circleCommand(text: string, templates: Templates): CircleCommand | undefined {
  const env: Record<string, ImportedValue> = {};
  const texts = partsOf(text).map((part) => {
    if (part.kind === "text") return literal(part.text);
    const value = openValue(part.name, templates);
    if (value === undefined || value.kind === "template") return value?.text;
    const name = value.name.toUpperCase().replaceAll("-", "_");
    env[name] = { [value.kind]: value.name };
    return `\${${name}}`;
  });
  return texts.includes(undefined) ? undefined : { command: texts.join(""), env };
}

/** With the values of parameters put in; those without a value stay. */
export function substitute(located: Located, values: ReadonlyMap<string, Located>): Located {
  switch (located.kind) {
    case "table":
      return {
        ...located,
        entries: new Map(
          [...located.entries].map(([key, each]) => [key, substitute(each, values)]),
        ),
      };
    case "list":
      return { ...located, items: located.items.map((each) => substitute(each, values)) };
    case "scalar":
      return typeof located.value === "string" ? putIn(located.value, located, values) : located;
  }
}

function putIn(text: string, located: Located, values: ReadonlyMap<string, Located>): Located {
  const whole = /^<<\s*parameters\.([\w-]+)\s*>>$/.exec(text)?.[1];
  const value = whole === undefined ? undefined : values.get(whole);
  if (value !== undefined) return { ...value, at: located.at };
  const found = text.replaceAll(
    /(\\?)<<\s*parameters\.([\w-]+)\s*>>/g,
    (all, escape, name: string) => {
      const given = escape === "" ? values.get(name) : undefined;
      return given?.kind === "scalar" ? String(given.value ?? "") : all;
    },
  );
  return { kind: "scalar", at: located.at, value: found };
}
