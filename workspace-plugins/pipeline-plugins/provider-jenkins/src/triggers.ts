import { Input_Type } from "@slipway/pipeline-sdk/graph";
import type { Input, PushTrigger, Schedule, Triggers } from "@slipway/pipeline-sdk/graph";
import { matches } from "./conditions.ts";
import { call, code, named, textOf } from "./groovy.ts";
import type { Node } from "./groovy.ts";
import { unknownKind } from "./values.ts";

/** Whether the run is one that the workflow is for. Which runs there are, the project of Jenkins says. */
export function isForRun(triggers: Triggers): string {
  const { push, pullRequest, schedules, manual, mergeQueue } = triggers;
  const targets = pullRequest?.branches ?? [];
  return [
    ...(push === undefined ? [] : [`eventName() == 'push' && ${brackets(refsOf(push))}`]),
    ...(pullRequest === undefined
      ? []
      : [
          targets.length === 0
            ? "eventName() == 'pull-request'"
            : `eventName() == 'pull-request' && ${brackets(anyOf("baseBranch()", targets))}`,
        ]),
    ...(schedules.length === 0 ? [] : ["eventName() == 'schedule'"]),
    ...(manual === undefined ? [] : ["eventName() == 'manual'"]),
    ...(mergeQueue === undefined ? [] : ["eventName() == 'merge-queue'"]),
  ]
    .map((one) => (one.includes(" && ") ? `(${one})` : one))
    .join(" || ");
}

function refsOf({ branches, branchesIgnore, tags, tagsIgnore }: PushTrigger): string {
  const isOfBranches = branches.length + branchesIgnore.length > 0;
  const isOfTags = tags.length + tagsIgnore.length > 0;
  const ofBranch = isOfBranches
    ? ["branchName() != ''", ...filtersOf("branchName()", branches, branchesIgnore)].join(" && ")
    : "tagName() == ''";
  const ofTag = ["tagName() != ''", ...filtersOf("tagName()", tags, tagsIgnore)].join(" && ");
  return [
    ...(isOfBranches || !isOfTags ? [brackets(ofBranch)] : []),
    ...(isOfTags ? [brackets(ofTag)] : []),
  ].join(" || ");
}

function filtersOf(subject: string, only: readonly string[], but: readonly string[]) {
  return [
    ...(only.length === 0 ? [] : [brackets(anyOf(subject, only))]),
    ...but.map((glob) => `!(${matches(subject, glob)})`),
  ];
}

function anyOf(subject: string, globs: readonly string[]): string {
  return globs.map((glob) => matches(subject, glob)).join(" || ");
}

function brackets(text: string): string {
  return text.includes(" || ") ? `(${text})` : text;
}

/** The variable in which the times stand, and the trigger that has them. On branches of no schedule there are none. */
export function scheduleOf(schedules: readonly Schedule[]): {
  readonly before: readonly string[];
  readonly triggers: readonly Node[];
} {
  if (schedules.length === 0) return { before: [], triggers: [] };
  const times = schedules.map(({ cron, branches }) => {
    const lines = linesOfCron(cron).join("\n");
    const isHere =
      branches.length === 0
        ? "env.BRANCH_NAME == null || env.BRANCH_IS_PRIMARY == 'true'"
        : `env.TAG_NAME == null && env.CHANGE_ID == null && ${brackets(anyOf("(env.BRANCH_NAME ?: '')", branches))}`;
    return `slipwayTimes += ${isHere} ? ${textOf(`\n${lines}`)} : ''`;
  });
  return {
    before: [
      "// Times are in UTC; without any there is no trigger.",
      "slipwayTimes = ''",
      ...times,
      "slipwayTimes = slipwayTimes == '' ? '' : 'TZ=UTC' + slipwayTimes",
      "",
    ],
    triggers: [call("cron", code("slipwayTimes"))],
  };
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** Jenkins has no names, and wants both days to fit where two are said: elsewhere one of them is enough. */
function linesOfCron(cron: string): readonly string[] {
  const [minute = "*", hour = "*", day = "*", month = "*", weekday = "*"] = cron
    .trim()
    .split(/\s+/);
  const inMonth = numbered(month, months, 1);
  const onDay = numbered(weekday, days, 0);
  const begins = `${minute} ${hour}`;
  return day.startsWith("*") || weekday.startsWith("*")
    ? [`${begins} ${day} ${inMonth} ${onDay}`]
    : [`${begins} ${day} ${inMonth} *`, `${begins} * ${inMonth} ${onDay}`];
}

function numbered(field: string, names: readonly string[], first: number): string {
  return field.replaceAll(/[A-Za-z]{3}/g, (name) =>
    String(names.indexOf(name.toUpperCase()) + first),
  );
}

export function parametersOf(inputs: readonly Input[]): readonly Node[] {
  return inputs.map((input) => {
    const { name, description, default: usual, options } = input;
    const about = description === "" ? undefined : description;
    switch (input.type) {
      case Input_Type.STRING:
      case Input_Type.NUMBER:
        return call("string", named({ name, defaultValue: usual, description: about }));
      case Input_Type.BOOLEAN:
        return call(
          "booleanParam",
          named({
            name,
            defaultValue: usual === undefined ? undefined : usual === "true",
            description: about,
          }),
        );
      case Input_Type.CHOICE: {
        // The first is the usual one.
        const choices = [...options].toSorted((a, b) => Number(b === usual) - Number(a === usual));
        return call("choice", named({ name, choices, description: about }));
      }
      case Input_Type.UNSPECIFIED:
        throw unknownKind("input");
    }
  });
}
