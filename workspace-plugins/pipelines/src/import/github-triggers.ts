import { isCron } from "../definition/cron.ts";
import { keep } from "./github-jobs.ts";
import type { Table } from "./github-jobs.ts";
import { booleanIn, given } from "./github-steps.ts";
import { Taking, entriesOf, itemsOf, textOf, textsOf } from "./located.ts";
import type { Located, Plain } from "./located.ts";
import type { TellNote } from "./note.ts";

type Context = { readonly own: Table; readonly tell: TellNote };

/** `on` of a workflow: what cannot be said is kept among what is GitHub's own. */
export function importTriggers(located: Located | undefined, context: Context): Table {
  const events = eventsOf(located);
  const triggers: Table = {};
  for (const [name, each] of events) {
    const trigger = triggerOf(name, each, context);
    if (trigger !== undefined) triggers[trigger[0]] = trigger[1];
    else keep(context.own, ["on", name], each, context.tell);
  }
  return triggers;
}

/** A name, a list of names, or a table of them. */
function eventsOf(located: Located | undefined): readonly (readonly [string, Located])[] {
  if (located?.kind === "table") {
    return entriesOf(located).map(([name, each]) => [
      name,
      each.kind === "scalar" && each.value === null ? nothingAt(each) : each,
    ]);
  }
  const all = located?.kind === "list" ? itemsOf(located) : located === undefined ? [] : [located];
  return all.map((each) => [textOf(each) ?? "", nothingAt(each)]);
}

/** An event of which nothing more is said. */
function nothingAt({ at }: Located): Located {
  return { kind: "table", at, entries: new Map() };
}

function triggerOf(
  name: string,
  located: Located,
  context: Context,
): readonly [string, Plain] | undefined {
  switch (name) {
    case "push": {
      const push = filtered(name, located, pushKeys, context);
      // GitHub starts it for tags too, unless it is told of some branches or tags.
      const isFiltered = Object.keys(pushKeys).some((key) =>
        entriesOf(located).some(([own]) => own === key),
      );
      return ["push", isFiltered ? push : { branches: ["**"], tags: ["**"] }];
    }
    case "pull_request":
      return ["pull_request", filtered(name, located, pullKeys, context)];
    case "schedule": {
      const times = itemsOf(located).map((each) => cronOf(each));
      return times.includes(undefined)
        ? undefined
        : ["schedule", times.flatMap((each) => each ?? [])];
    }
    case "merge_group":
      return entriesOf(located).length === 0 ? ["merge_queue", true] : undefined;
    case "workflow_dispatch":
      return ["manual", manualOf(located, context)];
  }
  return undefined;
}

const pushKeys: Readonly<Record<string, string>> = {
  branches: "branches",
  "branches-ignore": "branches_ignore",
  tags: "tags",
  "tags-ignore": "tags_ignore",
};
const pullKeys: Readonly<Record<string, string>> = { branches: "branches", types: "types" };
const types = ["opened", "synchronize", "reopened", "closed", "labeled", "ready_for_review"];

function filtered(
  event: string,
  located: Located,
  keys: Readonly<Record<string, string>>,
  { own, tell }: Context,
): Plain {
  const taking = new Taking(located);
  const found: Table = {};
  for (const [theirs, ours] of Object.entries(keys)) {
    const values = taking.takeIf(theirs, (each) => {
      const texts = textsOf(each);
      if (theirs === "types" && texts.some((one) => !types.includes(one))) return undefined;
      // A pattern that takes out, and letters that mean more to GitHub than to us.
      return texts.some((one) => one === "" || /^!|[[\]+?]/.test(one)) ? undefined : texts;
    });
    if (values !== undefined && values.length > 0) found[ours] = values;
  }
  for (const [key, each] of taking.left()) keep(own, ["on", event, key], each, tell);
  return found;
}

function cronOf(located: Located): Plain | undefined {
  const taking = new Taking(located);
  const cron = textOf(taking.take("cron")) ?? "";
  return taking.left().length === 0 && isCron(cron) ? { cron } : undefined;
}

const inputTypes = ["string", "boolean", "number", "choice"];

function manualOf(located: Located, { own, tell }: Context): Plain {
  const taking = new Taking(located);
  const inputs = entriesOf(taking.take("inputs")).flatMap(([name, each]) => {
    const input = inputOf(each);
    if (input !== undefined && /^[A-Za-z0-9_][\w-]*$/.test(name)) return [[name, input] as const];
    keep(own, ["on", "workflow_dispatch", "inputs", name], each, tell);
    return [];
  });
  for (const [key, each] of taking.left()) {
    keep(own, ["on", "workflow_dispatch", key], each, tell);
  }
  return inputs.length === 0 ? true : { inputs: Object.fromEntries(inputs) };
}

function inputOf(located: Located): Plain | undefined {
  const taking = new Taking(located);
  const type = textOf(taking.take("type"));
  const description = textOf(taking.take("description"));
  const required = taking.takeIf("required", booleanIn);
  const usual = taking.take("default");
  const options = textsOf(taking.take("options"));
  if (taking.left().length > 0 || (type !== undefined && !inputTypes.includes(type))) {
    return undefined;
  }
  return {
    ...given("type", type === "string" ? undefined : type),
    ...given("description", description),
    ...(usual?.kind === "scalar" && usual.value !== null ? { default: usual.value } : {}),
    ...(required === true ? { required } : {}),
    ...(options.length === 0 ? {} : { options }),
  };
}
