import type { Condition, Variable } from "./generated/slipway/pipelines/v1/graph_pb.js";
import { Status } from "./generated/slipway/pipelines/v1/graph_pb.js";
import { asksStatus, grouped, shellCondition } from "./shell-condition.ts";
import type { ConditionWords, StatusWord } from "./shell-condition.ts";
import { shellQuoted, shellWord } from "./shell-words.ts";
import type { OwnWord } from "./shell-words.ts";

export { asksStatus, shellCondition } from "./shell-condition.ts";
export type { ConditionWords, StatusWord } from "./shell-condition.ts";
export { shellQuoted, shellWord } from "./shell-words.ts";
export type { OwnValue, OwnWord } from "./shell-words.ts";

/** A step of a job as a command: what a provider makes of a Step, or adds of its own. */
export type ShellStep = {
  /** What its outputs are asked by; it writes `name=value` to the file that `GITHUB_OUTPUT` names. */
  readonly id?: string;
  readonly name?: string;
  readonly condition?: Condition | undefined;
  readonly command: string;
  /** A program that runs the command; it gets a file of it, where `{0}` stands or last. Usually bash, or sh where there is none. */
  readonly shell?: string;
  readonly workingDirectory?: string;
  readonly env?: readonly Variable[];
  /** 0: none. */
  readonly timeoutMinutes?: number;
  readonly mayFail?: boolean;
};

export type ShellJob = {
  readonly own: OwnWord;
  /** The line that is printed before a step, from its name. Without it, none is. */
  readonly heading?: (name: string) => string;
};

/**
 * A script for any POSIX shell that runs the steps in order, each in a shell of its own, and ends as the first that failed and
 * may not. After a failure, or a signal to stop, only those steps run that ask for it.
 */
export function shellJob(steps: readonly ShellStep[], job: ShellJob): string {
  // A program that limits time leaves the group of the shell: it has to be told of a signal.
  const hasStates = steps.some(
    ({ condition, timeoutMinutes = 0 }) => timeoutMinutes > 0 || asksStatus(condition),
  );
  const hasOutputs = steps.some(({ id = "" }) => id !== "");
  const hasFiles = steps.some(({ shell = "" }) => commandOf("", shell, 0).lines.length > 0);
  return [
    ...(steps.some(({ shell = "" }) => shell === "") ? [usualShell] : []),
    ...(hasOutputs || hasFiles ? [folder] : []),
    ...(hasOutputs ? [outputs] : []),
    ...(hasStates ? [states] : []),
    ...steps.map((step, at) => renderStep(step, { ...job, hasStates, at: at + 1 })),
    ...(hasStates ? [`exit "$slipway_status"`] : []),
    "",
  ].join("\n");
}

const usualShell = "slipway_shell=$(command -v bash || command -v sh)";

const folder = `slipway_folder=$(mktemp -d) || exit 1
trap 'rm -rf "$slipway_folder"' EXIT`;

/** As GitHub reads its own file: the last of `name=value`, or of `name<<END`, lines and `END`. */
const outputs = String.raw`slipway_output() (
  value=
  [ -f "$slipway_folder/output-$1" ] || exit 0
  while IFS= read -r line || [ -n "$line" ]; do
    case ${"${line%%=*}"} in
      *'<<'*)
        name=${"${line%%'<<'*}"} end=${"${line#*'<<'}"} text=
        while IFS= read -r line && [ "$line" != "$end" ]; do
          text=$text$line'
'
        done
        text=${"${text%?}"} ;;
      *) name=${"${line%%=*}"} text=${"${line#*=}"} ;;
    esac
    [ "$name" != "$2" ] || value=$text
  done <"$slipway_folder/output-$1"
  printf '%s\n' "$value"
)`;

/** Steps run in the background, since a shell heeds a signal only when what it waits for is there. */
const states = String.raw`slipway_state=success
slipway_status=0
slipway_stop() {
  slipway_state=cancelled
  slipway_status=143
  kill "$!" 2>/dev/null || :
}
trap slipway_stop TERM INT HUP
slipway_end() {
  slipway_code=0
  wait "$!" || slipway_code=$?
  if [ "$slipway_state" = cancelled ]; then
    wait "$!" || :
    return 0
  fi
  [ "$slipway_code" != 0 ] || return 0
  if [ "$1" = may-fail ]; then
    printf 'failed with %s, and may\n' "$slipway_code"
    return 0
  fi
  [ "$slipway_state" = failure ] || slipway_status=$slipway_code
  slipway_state=failure
}`;

type StepPlace = ShellJob & { readonly hasStates: boolean; readonly at: number };

function renderStep(step: ShellStep, place: StepPlace): string {
  const run = commandLines(step, place);
  const mayFail = step.mayFail ?? false;
  const ended = mayFail ? ` || printf 'failed with %s, and may\\n' "$?"` : " || exit";
  const lines = [
    ...headingOf(step, place),
    place.hasStates ? `${run} &\nslipway_end${mayFail ? " may-fail" : " must-not"}` : run + ended,
  ];
  const condition = conditionOf(step.condition, place);
  return condition === undefined
    ? lines.join("\n")
    : [`if ${condition}; then`, ...lines, "fi"].join("\n");
}

function headingOf({ name = "", command }: ShellStep, { heading }: StepPlace): readonly string[] {
  if (heading === undefined) return [];
  const [line = ""] = (name || command.trim()).split("\n");
  return [`printf '%s\\n' ${shellQuoted(heading(line))}`];
}

/** Without a word on how the steps before ended, a step is for success. */
function conditionOf(
  condition: Condition | undefined,
  { own, hasStates }: StepPlace,
): string | undefined {
  const words = { own, status: hasStates ? statusWord : successOnly } satisfies ConditionWords;
  if (!hasStates) return condition === undefined ? undefined : shellCondition(condition, words);
  if (condition === undefined) return statusWord(Status.SUCCESS);
  return asksStatus(condition)
    ? shellCondition(condition, words)
    : `${statusWord(Status.SUCCESS)} && ${grouped(condition, words)}`;
}

const statusWord: StatusWord = (status) => {
  switch (status) {
    case Status.SUCCESS:
      return `[ "$slipway_state" = success ]`;
    case Status.FAILURE:
      return `[ "$slipway_state" = failure ]`;
    case Status.CANCELLED:
      return `[ "$slipway_state" = cancelled ]`;
    case Status.ALWAYS:
      return "true";
  }
  throw new Error("this plugin does not know a status: it is older than the graph");
};

const successOnly: StatusWord = () => {
  throw new Error("internal: a script with no states asks for one");
};

/** Each line ends the shell of the step where it fails: in front of `||`, no shell does that by itself. */
function commandLines(step: ShellStep, { own, at }: StepPlace): string {
  const { id = "", shell = "", workingDirectory = "", env = [], timeoutMinutes = 0 } = step;
  const { lines, words } = commandOf(step.command, shell, at);
  const command = timeoutMinutes === 0 ? words : `timeout ${timeoutMinutes * 60} ${words}`;
  const before = [
    ...(id === "" ? [] : [`export GITHUB_OUTPUT="$slipway_folder/output-${id}"`]),
    ...env.flatMap(({ name, value }) => [
      `${name}=${shellWord(value, own)} || exit`,
      `export ${name}`,
    ]),
    ...lines,
    ...(workingDirectory === "" ? [] : [`cd -- ${shellQuoted(workingDirectory)} || exit 1`]),
  ];
  return before.length === 0 ? command : ["(", ...before, `exec ${command}`, ")"].join("\n");
}

type Command = { readonly lines: readonly string[]; readonly words: string };

const shells = ["sh", "dash", "ash", "ksh", "zsh"];

/** How a program gets the command. What begins with a hyphen would be an option of the shell. */
function commandOf(command: string, shell: string, at: number): Command {
  const text = shellQuoted(/^[-+]/.test(command) ? ` ${command}` : command);
  if (shell === "") return { lines: [], words: `"$slipway_shell" -e -c ${text}` };
  if (shell === "bash") return { lines: [], words: `bash -e -o pipefail -c ${text}` };
  if (shells.includes(shell)) return { lines: [], words: `${shell} -e -c ${text}` };
  const file = `"$slipway_folder/step-${at}${/^(pwsh|powershell)\b/.test(shell) ? ".ps1" : ""}"`;
  const given = shell.trim().split(/\s+/);
  const words = given.map((word) => (word === "{0}" ? file : shellQuoted(word)));
  return {
    lines: [`printf '%s\\n' ${shellQuoted(command)} >${file} || exit 1`],
    words: [...words, ...(given.includes("{0}") ? [] : [file])].join(" "),
  };
}
