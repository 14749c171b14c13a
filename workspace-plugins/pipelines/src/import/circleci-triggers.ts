import { isCron } from "../definition/cron.ts";
import { globOf } from "./circleci-filters.ts";
import { given } from "./github-steps.ts";
import { Taking, entriesOf, itemsOf, textOf, textsOf } from "./located.ts";
import type { Located, Plain } from "./located.ts";

/** `triggers` of a workflow: times. `undefined`: they cannot be said. */
export function importSchedules(located: Located): readonly Plain[] | undefined {
  const times = itemsOf(located).map(scheduleOf);
  return times.includes(undefined) || times.length === 0
    ? undefined
    : times.flatMap((each) => each ?? []);
}

function scheduleOf(located: Located): Plain | undefined {
  const taking = new Taking(located);
  const schedule = taking.take("schedule");
  if (schedule === undefined || taking.left().length > 0) return undefined;
  const said = new Taking(schedule);
  const cron = textOf(said.take("cron")) ?? "";
  const filters = new Taking(said.take("filters") ?? schedule);
  const branches = new Taking(filters.take("branches") ?? schedule);
  const only = textsOf(branches.take("only"));
  // A pattern would be a branch of that name.
  const isNamed = only.every((each) => !each.startsWith("/") && globOf(each) !== undefined);
  if (said.left().length > 0 || !isCron(cron) || only.length === 0 || !isNamed) return undefined;
  return { cron, branches: only };
}

const types: Readonly<Record<string, string>> = {
  string: "string",
  boolean: "boolean",
  integer: "number",
  enum: "choice",
};

/** `parameters` of a pipeline, which is what a person is asked. `undefined`: there are none, or they cannot be said. */
export function importCircleInputs(located: Located | undefined): Plain | undefined {
  const inputs = entriesOf(located).map(([name, each]) => [name, inputOf(each)] as const);
  if (inputs.length === 0 || inputs.some(([, input]) => input === undefined)) return undefined;
  return {
    inputs: Object.fromEntries(inputs.map(([name, input]) => [name, input ?? ""])),
  };
}

function inputOf(located: Located): Plain | undefined {
  const taking = new Taking(located);
  const type = types[textOf(taking.take("type")) ?? ""];
  const description = textOf(taking.take("description"));
  const usual = taking.take("default");
  const options = textsOf(taking.take("enum"));
  if (type === undefined || taking.left().length > 0) return undefined;
  return {
    ...given("type", type === "string" ? undefined : type),
    ...given("description", description),
    ...(usual?.kind === "scalar" && usual.value !== null ? { default: usual.value } : {}),
    ...(options.length === 0 ? {} : { options }),
  };
}
