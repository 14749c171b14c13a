import { create } from "@bufbuild/protobuf";
import { ConditionSchema, Status } from "@slipway/pipeline-sdk/graph";
import type { Condition, Run, Step, Variable } from "@slipway/pipeline-sdk/graph";
import { shellQuoted } from "@slipway/pipeline-sdk/shell-job";
import { whenOf } from "./endings.ts";
import type { Rest, When } from "./endings.ts";
import { isTable } from "./overlay.ts";
import { compact, ordered, positive, quoted } from "./plain.ts";
import type { Plain, Table } from "./plain.ts";
import { conditionWords, failedMark, failureWords, folder, script, word } from "./words.ts";

/** What the job says of each of its commands. */
export type Surroundings = {
  readonly shell: string;
  readonly workingDirectory: string;
  readonly timeoutMinutes: number;
  readonly attempts: number;
  /** A failure of the job is none: steps go on to end well, and a mark tells of the first that did not. */
  readonly mayFail: boolean;
  /** Variables that each shell of the job exports when it begins, over those of the step. */
  readonly exported: ReadonlySet<string>;
};

const keys = [
  "name",
  "command",
  "shell",
  "environment",
  "working_directory",
  "no_output_timeout",
  "when",
  "max_auto_reruns",
];

export function run(of: { readonly [key: string]: Plain | undefined }): Table {
  const said = ordered(compact(of), keys);
  const [only, ...others] = Object.values(said);
  return { run: others.length === 0 && only !== undefined ? only : said };
}

/** A command as it is written, where CircleCI's own keys say all of it; else as a variable of a script that does. */
export function renderRun(
  step: Step,
  { command, ...own }: Run,
  around: Surroundings,
): readonly Table[] {
  const shell = shellOf(own.shell || around.shell);
  const when = around.mayFail ? marked(step) : whenOf(step.condition);
  const [native, computed] = splitVariables(step.env, around.exported);
  const minutes = step.timeoutMinutes || around.timeoutMinutes;
  const common = {
    working_directory: quoted(own.workingDirectory || around.workingDirectory),
    no_output_timeout: minutes === 0 ? undefined : `${minutes}m`,
    when: momentOf(when, around),
    max_auto_reruns: positive(around.attempts),
  };
  const isPlain =
    when.guard === true &&
    computed.length === 0 &&
    step.id === "" &&
    minutes === 0 &&
    !step.mayFail &&
    !around.mayFail &&
    shell.kind === "native";
  if (isPlain) {
    return [
      run({
        ...common,
        name: quoted(step.name),
        command: quoted(command),
        shell: shell.words,
        environment: native,
      }),
    ];
  }
  const text = script(
    ...guardLines(when.guard),
    ...computed.flatMap(({ name, value }) => [`${name}=${word(value)}`, `export ${name}`]),
    ...idLines(step.id),
    ...limitLines(step, around),
    callOf(shell, { isLimited: minutes !== 0, mayFail: step.mayFail, marks: around.mayFail }),
  );
  return [
    ...(when.when === "marked" && !around.mayFail ? [markStep] : []),
    run({
      ...common,
      name: quoted(step.name || headOf(command)),
      command: quoted(text),
      environment: { ...native, SLIPWAY_COMMAND: quoted(command) },
    }),
  ];
}

/** For CircleCI's own key, which is usually on_success. */
function momentOf({ when }: When, { mayFail }: Surroundings): string | undefined {
  if (mayFail || when === "on_success") return undefined;
  return when === "marked" ? "always" : when;
}

/** In a job whose failure is none, CircleCI knows of no failure: the mark tells. */
function marked({ condition }: Step): When {
  const { when, guard } = whenOf(condition);
  if (when === "always" || when === "marked" || guard === false) return { when, guard };
  const status = statusOf(when === "on_fail" ? Status.FAILURE : Status.SUCCESS);
  if (guard === true) return { when, guard: status };
  return {
    when,
    guard: create(ConditionSchema, { kind: { case: "all", value: { of: [status, guard] } } }),
  };
}

function statusOf(value: Status): Condition {
  return create(ConditionSchema, { kind: { case: "status", value } });
}

const markStep = run({
  name: "note the failure",
  command: `mkdir -p ${folder}\ntouch ${failedMark}`,
  when: "on_fail",
});

function headOf(command: string): string {
  return command.trim().split("\n", 1)[0] ?? "";
}

/** A script of ours, where the file says something of when it runs. */
export function guarded(rendered: Table, step: Step, around: Surroundings): readonly Table[] {
  const when = around.mayFail ? marked(step) : whenOf(step.condition);
  const own = rendered["run"];
  if (!isTable(own) || typeof own["command"] !== "string") return [rendered];
  const lines = guardLines(when.guard);
  const command =
    lines.length === 0 ? own["command"] : `${quoted(script(...lines))}\n${own["command"]}`;
  const name = quoted(step.name) || own["name"];
  return [
    ...(when.when === "marked" && !around.mayFail ? [markStep] : []),
    run({ ...own, name, command, when: momentOf(when, around) ?? own["when"] }),
  ];
}

function guardLines(guard: Rest): readonly string[] {
  if (guard === true) return [];
  const condition = guard === false ? "false" : conditionWords(guard);
  return [
    `if ! { ${condition}; }; then`,
    "  echo 'left out: its condition does not hold'",
    "  exit 0",
    "fi",
  ];
}

/** Texts for CircleCI's own key, and what only a shell can find out. */
export function splitVariables(
  variables: readonly Variable[],
  exported: ReadonlySet<string> = new Set(),
): readonly [Table, readonly Variable[]] {
  const isNative = ({ name, value }: Variable): boolean =>
    value?.kind.case === "literal" && !exported.has(name);
  const native = variables
    .filter(isNative)
    .map(({ name, value }) => [
      name,
      value?.kind.case === "literal" ? quoted(value.kind.value) : "",
    ]);
  return [Object.fromEntries(native), variables.filter((one) => !isNative(one))];
}

function idLines(id: string): readonly string[] {
  if (id === "") return [];
  const file = shellQuoted(`${folder}/steps/${id}`);
  return [
    `mkdir -p ${folder}/steps`,
    `GITHUB_OUTPUT=${file}`,
    "export GITHUB_OUTPUT",
    `: >${file}`,
  ];
}

export const deadlineFile = `${folder}/deadline`;

function limitLines({ timeoutMinutes }: Step, around: Surroundings): readonly string[] {
  const own = timeoutMinutes * 60;
  if (around.timeoutMinutes === 0) return own === 0 ? [] : [`slipway_limit=${own}`];
  return [
    `slipway_limit=$(( $(cat ${deadlineFile}) - $(date +%s) ))`,
    `if [ "$slipway_limit" -le 0 ]; then echo 'the time of the job is over' >&2; ${failureWords(around.mayFail)}; fi`,
    ...(own === 0 ? [] : [`[ "$slipway_limit" -le ${own} ] || slipway_limit=${own}`]),
  ];
}

type Shell =
  | { readonly kind: "native"; readonly words: string }
  /** A program that gets a file with the command. */
  | { readonly kind: "file"; readonly words: string };

/** Usually CircleCI's own: bash, or sh where there is none, with -eo pipefail. */
function shellOf(shell: string): Shell {
  if (shell === "") return { kind: "native", words: "" };
  if (shell === "bash") return { kind: "native", words: "/bin/bash -eo pipefail" };
  if (shell === "sh") return { kind: "native", words: "/bin/sh -e" };
  return { kind: "file", words: shell };
}

type Call = { readonly isLimited: boolean; readonly mayFail: boolean; readonly marks: boolean };

function callOf(shell: Shell, { isLimited, mayFail, marks }: Call): string {
  const limit = isLimited ? `timeout "$slipway_limit" ` : "";
  const lines =
    shell.kind === "file"
      ? [
          "slipway_file=$(mktemp)",
          `printf '%s' "$SLIPWAY_COMMAND" >"$slipway_file"`,
          `${limit}${fileWords(shell.words)}`,
        ]
      : [
          ...(shell.words === "" ? ["slipway_shell=$(command -v bash || command -v sh)"] : []),
          `${limit}${shell.words || `"$slipway_shell" -eo pipefail`} -c "$SLIPWAY_COMMAND"`,
        ];
  const failed = mayFail
    ? ` || echo "failed with $?, and may"`
    : marks
      ? ` || { echo "failed with $?, and the job may"; mkdir -p ${folder}; touch ${failedMark}; }`
      : "";
  return `${lines.join("\n")}${failed}`;
}

function fileWords(words: string): string {
  return words.includes("{0}")
    ? words.replaceAll("{0}", `"$slipway_file"`)
    : `${words} "$slipway_file"`;
}
