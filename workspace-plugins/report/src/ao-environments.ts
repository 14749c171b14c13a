import type { SeenProcess } from "@slipway/processes";
import { shownDigest } from "@slipway/signature/digest";
import { describeFailure } from "./failures.ts";
import { evaluationText } from "./texts/processes-prove.ts";

const states: { readonly [State in SeenProcess["state"]]: string } = {
  agrees: "agrees",
  behind: "behind the bundle",
  drifted: "DRIFTED",
  unfinished: "UNFINISHED",
  gone: "GONE",
  unreachable: "UNREACHABLE",
  "never-deployed": "never deployed",
};

const head = [
  "project",
  "target",
  "process",
  "state",
  "recorded",
  "live",
  "bundled",
  "checks",
  "since",
  "id",
  "",
];

/** A line a process of each environment, and below it who changed it, which check failed, why it was not reached. */
export function environmentRows(
  seen: readonly SeenProcess[],
  now: Date,
): readonly (readonly string[])[] {
  return [head, ...seen.flatMap((one) => rowsOf(one, now))];
}

function rowsOf(one: SeenProcess, now: Date): readonly (readonly string[])[] {
  const [first = "", ...more] = notesOf(one);
  const row = [
    one.project,
    one.deployTarget,
    one.name,
    states[one.state],
    shownDigest(one.recorded ?? "-"),
    shownDigest(one.live ?? "-"),
    shownDigest(one.wanted ?? "-"),
    checksText(one),
    one.since === undefined ? "-" : ageText(now.getTime() - Date.parse(one.since)),
    one.process ?? "-",
  ];
  return [[...row, first], ...more.map((note) => [...row.map(() => ""), note])];
}

function checksText({ checks }: SeenProcess): string {
  if (checks === undefined) return "-";
  const { passed, failed } = checks;
  return failed.length === 0
    ? `${passed} passed`
    : `${failed.length} of ${passed + failed.length} FAILED`;
}

function notesOf({ changedBy, checks, failure }: SeenProcess): readonly string[] {
  return [
    ...changedBy.map((each) => `evaluated ${evaluationText(each)}`),
    ...(checks?.failed ?? []).map(({ action, problem }) => `check ${action}: ${problem}`),
    ...(failure === undefined ? [] : [failureText(failure)]),
  ];
}

function failureText(failure: NonNullable<SeenProcess["failure"]>): string {
  const { what, facts } = describeFailure(failure);
  return [what, ...Object.entries(facts).map(([name, value]) => `${name} ${value}`)].join("; ");
}

/** In the largest unit that has passed at least once. */
function ageText(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 60 * 24 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}
