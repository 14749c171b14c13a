import { cacheFor } from "./circleci-caches.ts";
import type { CacheKeys } from "./circleci-caches.ts";
import { circleCommand, circleText, circleValue, substitute } from "./circleci-text.ts";
import type { Templates } from "./circleci-text.ts";
import { given, shown } from "./github-steps.ts";
import { isVariable, literal } from "./github-values.ts";
import { Taking, entriesOf, itemsOf, textOf, textsOf } from "./located.ts";
import type { At, Located, Plain } from "./located.ts";
import type { Table } from "./github-jobs.ts";
import type { TellNote } from "./note.ts";

export type Unsaid = At & { readonly message: string };

/** What steps of CircleCI may name. */
export type StepContext = {
  readonly commands: ReadonlyMap<string, Located>;
  readonly orbs: ReadonlyMap<string, Located>;
  readonly cacheKeys: CacheKeys;
  readonly templates: Templates;
  readonly tell: TellNote;
  readonly unsaid: Unsaid[];
  /** Commands that this one is of. */
  readonly outer: readonly string[];
  /** What of the file is named: commands.setup, orbs.node. */
  readonly use: (name: string) => void;
};

export type CircleSteps = {
  readonly steps: readonly Table[];
  /** Of the job. */
  readonly checkout: Plain | undefined;
  readonly reports: readonly string[];
};

export function importCircleSteps(located: Located | undefined, context: StepContext): CircleSteps {
  const steps: Table[] = [];
  const reports: string[] = [];
  let checkout: Plain | undefined = false;
  for (const step of flattened(located, context)) {
    const [name, inputs] = namedStep(step);
    if (name === "checkout" && checkout === false && steps.length === 0) {
      const path = textOf(new Map(entriesOf(inputs)).get("path"));
      checkout = path === undefined ? undefined : { path };
    } else if (name === "store_test_results") {
      const path = circleText(
        textOf(new Map(entriesOf(inputs)).get("path")) ?? "",
        context.templates,
      );
      if (path === undefined || path === "") tellUnsaid(step, name, context);
      else reports.push(path.endsWith(".xml") ? path : `${path.replace(/\/$/, "")}/**/*.xml`);
    } else steps.push(...importStep(name, inputs, step, context));
  }
  return { steps, checkout, reports };
}

/** The name of a step, and what is said of it. */
function namedStep(step: Located): readonly [string, Located | undefined] {
  const text = textOf(step);
  if (text !== undefined) return [text, undefined];
  const [[name, inputs] = ["", undefined]] = entriesOf(step);
  return [name, inputs];
}

/** With the steps of commands in their place, and of conditions that are decided already. */
function flattened(located: Located | undefined, context: StepContext): readonly Located[] {
  return itemsOf(located).flatMap((step) => {
    const [name, inputs] = namedStep(step);
    if (name === "when" || name === "unless") {
      const inner = new Map(entriesOf(inputs));
      const holds = decided(inner.get("condition"));
      if (holds === undefined) return [step];
      return holds === (name === "when") ? flattened(inner.get("steps"), context) : [];
    }
    const command = context.commands.get(name);
    if (command === undefined || context.outer.includes(name)) return [step];
    context.use(`commands.${name}`);
    const message = `the steps of the command ${name} stand where it is used`;
    context.tell({ ...command.at, outcome: "changed", message });
    const values = valuesOf(command, inputs);
    const steps = new Map(entriesOf(substitute(command, values))).get("steps");
    return flattened(steps, { ...context, outer: [...context.outer, name] });
  });
}

/** Defaults of parameters, and what is given for them. */
export function valuesOf(
  declaring: Located,
  inputs: Located | undefined,
): ReadonlyMap<string, Located> {
  const declared = entriesOf(new Map(entriesOf(declaring)).get("parameters"));
  const written = new Map(entriesOf(inputs));
  return new Map(
    declared.flatMap(([name, each]) => {
      const value = written.get(name) ?? new Map(entriesOf(each)).get("default");
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** A condition of values that are known. `undefined`: only the run knows. */
function decided(condition: Located | undefined): boolean | undefined {
  if (condition === undefined) return undefined;
  if (condition.kind === "scalar") {
    if (String(condition.value).includes("<<")) return undefined;
    return ![false, null, "", 0, "false"].includes(condition.value);
  }
  const [[name, of] = ["", undefined]] = entriesOf(condition);
  const all = itemsOf(of).map((each) => (name === "equal" ? undefined : decided(each)));
  if (name === "not") {
    const holds = decided(of);
    return holds === undefined ? undefined : !holds;
  }
  if (name === "equal") {
    const texts = itemsOf(of).map((each) => textOf(each) ?? "");
    return texts.some((each) => each.includes("<<")) ? undefined : new Set(texts).size <= 1;
  }
  if (all.includes(undefined) || (name !== "and" && name !== "or")) return undefined;
  return name === "and" ? all.every(Boolean) : all.some(Boolean);
}

function importStep(
  name: string,
  inputs: Located | undefined,
  step: Located,
  context: StepContext,
): readonly Table[] {
  const said = stepOf(name, inputs, step, context);
  if (said !== undefined) return [said];
  tellUnsaid(step, name, context);
  return [];
}

function tellUnsaid(step: Located, name: string, { unsaid }: StepContext): void {
  unsaid.push({ ...step.at, message: `${name}: ${shown(step)} cannot be said` });
}

function stepOf(
  name: string,
  inputs: Located | undefined,
  step: Located,
  context: StepContext,
): Table | undefined {
  switch (name) {
    case "run":
      return runOf(inputs, step, context);
    case "save_cache":
    case "restore_cache": {
      const cache = new Taking(inputs ?? step);
      const keys = [...textsOf(cache.take("key")), ...textsOf(cache.take("keys"))];
      const title = circleText(textOf(cache.take("name")) ?? "", context.templates);
      cache.take("paths");
      const found = cacheFor(keys, context.cacheKeys);
      if (found === undefined || cache.left().length > 0) return undefined;
      return { ...given("name", title === "" ? undefined : title), [name]: found };
    }
    case "store_artifacts":
      return artifactOf(inputs ?? step, context.templates);
  }
  return ownStep(name, inputs, step, context);
}

const whens: Readonly<Record<string, string>> = {
  always: "always()",
  on_fail: "failure()",
  on_success: "",
};

/** The command is said in any case: what cannot be said with it is kept, and what guards it keeps it from others. */
function runOf(inputs: Located | undefined, step: Located, context: StepContext): Table {
  const { templates, tell, unsaid } = context;
  const text = textOf(inputs);
  const taking = new Taking(inputs === undefined || text !== undefined ? nothingAt(step) : inputs);
  const command = text ?? textOf(taking.take("command")) ?? "";
  const imported = circleCommand(command, templates);
  const textIn = (each: Located) => circleText(textOf(each) ?? "", templates);
  const name = taking.takeIf("name", textIn);
  const env = taking.takeIf("environment", (each) => envOf(each, templates));
  const shell = taking.takeIf("shell", textIn);
  const folder = taking.takeIf("working_directory", textIn);
  const when = taking.takeIf("when", (each) => whens[textOf(each) ?? ""]);
  const left = taking.left().map(([key]) => key);
  if (imported === undefined || left.length > 0) {
    const what = imported === undefined ? "a value in the command" : left.join(", ");
    unsaid.push({ ...step.at, message: `${what} of a step cannot be said` });
  }
  const names = Object.keys(imported?.env ?? {});
  if (names.length > 0) {
    const message = `the command reads ${names.join(", ")} from the environment, where CircleCI put in the text`;
    const hint = "look at the quotes around it: a shell reads no variable between single ones";
    tell({ ...step.at, outcome: "changed", message, hint });
  }
  const isAlone =
    imported === undefined || left.some((key) => key === "when" || key === "background");
  const variables = { ...env, ...imported?.env };
  return {
    ...given("name", name === "" ? undefined : name),
    ...given("if", when === "" ? undefined : when),
    ...(isAlone ? { only_for: ["circleci"] } : {}),
    run: (imported?.command ?? literal(command)) || "true",
    ...given("shell", shell === "" ? undefined : shell),
    ...given("working_directory", folder === "" ? undefined : folder),
    ...(Object.keys(variables).length === 0 ? {} : { env: variables }),
  };
}

function nothingAt({ at }: Located): Located {
  return { kind: "table", at, entries: new Map() };
}

/** `undefined`: one of them cannot be said. */
export function envOf(
  located: Located | undefined,
  templates: Templates,
): { readonly [name: string]: Plain } | undefined {
  const entries = entriesOf(located).map(([name, each]) => {
    return [name, circleValue(textOf(each) ?? "", templates)] as const;
  });
  const isSound = entries.every(([name, value]) => value !== undefined && isVariable(name));
  if (!isSound) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? ""]));
}

/** It is kept whatever the job's end, and none is no failure. */
function artifactOf(inputs: Located, templates: Templates): Table | undefined {
  const taking = new Taking(inputs);
  const path = circleText(textOf(taking.take("path")) ?? "", templates);
  const destination = circleText(textOf(taking.take("destination")) ?? "", templates);
  if (path === undefined || path === "" || destination === undefined) return undefined;
  if (taking.left().length > 0) return undefined;
  const base = path.split("/").findLast((part) => /[\w-]/.test(part)) ?? "artifacts";
  const name = (destination === "" ? base : destination).replaceAll("/", "-");
  return { if: "always()", upload: { name, paths: [path], may_be_missing: true } };
}

const ownNames = ["checkout", "setup_remote_docker", "add_ssh_keys"];

/** Of CircleCI alone, or of one of its orbs. */
function ownStep(
  name: string,
  inputs: Located | undefined,
  step: Located,
  { orbs, templates, tell, use }: StepContext,
): Table | undefined {
  const [alias = "", command] = name.split("/");
  const orb = textOf(orbs.get(alias));
  use(`orbs.${alias}`);
  const reference = command === undefined || orb === undefined ? undefined : `${orb}/${command}`;
  if (reference === undefined && !ownNames.includes(name)) return undefined;
  // Only under the last part of its own name is an orb rendered as it is called here.
  if (reference !== undefined && orb?.split("@")[0]?.split("/")[1] !== alias) return undefined;
  const values = entriesOf(inputs).map(([key, each]) => {
    const text = each.kind === "scalar" ? circleText(textOf(each) ?? "", templates) : undefined;
    return [key, text] as const;
  });
  if (values.some(([, value]) => value === undefined)) return undefined;
  tell({ ...step.at, outcome: "kept", message: `${name} is a step of CircleCI alone` });
  const inputsOf = Object.fromEntries(values.map(([key, value]) => [key, value ?? ""]));
  return {
    uses: `circleci:${reference ?? name}`,
    ...(values.length === 0 ? {} : { with: inputsOf }),
  };
}
