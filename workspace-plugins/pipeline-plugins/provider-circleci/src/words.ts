import { Fact, Status } from "@slipway/pipeline-sdk/graph";
import type { Condition, Value } from "@slipway/pipeline-sdk/graph";
import { shellCondition, shellQuoted, shellWord } from "@slipway/pipeline-sdk/shell-job";
import type { OwnWord, StatusWord } from "@slipway/pipeline-sdk/shell-job";

/** What a job keeps beside its checkout, and shares with others as the workspace. */
export const folder = "/tmp/slipway";

/** Of a job that may fail: there once one of its steps has failed. */
export const failedMark = `${folder}/failed`;

/** Ends a step whose job may fail as one that failed, and another with 1. */
export function failureWords(mayFail: boolean): string {
  return mayFail ? `mkdir -p ${folder}; touch ${failedMark}; exit 0` : "exit 1";
}

export function inputVariable(name: string): string {
  return `SLIPWAY_INPUT_${name.replaceAll("-", "_")}`;
}

/** Where a job keeps a value for others. */
export function outputFile(job: string, name: string): string {
  return `${folder}/outputs/${job}/${name}`;
}

/** A value as one word of the shell that runs a step. */
export function word(value: Value | undefined): string {
  return shellWord(value, ownWord);
}

const ownWord: OwnWord = (value) => {
  switch (value.case) {
    case "secret":
    case "setting":
      return `"\${${value.value}-}"`;
    case "input":
      return `"\${${inputVariable(value.value)}-}"`;
    case "output":
      return `"$(cat ${shellQuoted(outputFile(value.value.job, value.value.name))} 2>/dev/null || true)"`;
    case "fact":
      return factWord(value.value);
  }
};

/** https://circleci.com/docs/reference/variables. CircleCI builds what is pushed: a pull request is known by its address. */
function factWord(fact: Fact): string {
  switch (fact) {
    case Fact.COMMIT:
      return `"$CIRCLE_SHA1"`;
    case Fact.TAG:
      return `"\${CIRCLE_TAG-}"`;
    case Fact.ACTOR:
      return `"\${CIRCLE_USERNAME-}"`;
    case Fact.RUN_NUMBER:
      return `"$SLIPWAY_NUMBER"`;
    case Fact.EVENT:
      return `"$slipway_event"`;
    case Fact.BRANCH:
      return `"$slipway_branch"`;
    case Fact.HEAD_BRANCH:
      return `"$slipway_head"`;
    case Fact.BASE_BRANCH:
      throw new Error("internal: CircleCI tells no base branch, which was to be refused");
    case Fact.UNSPECIFIED:
      throw new Error("this plugin does not know the kind of a fact: it is older than the graph");
  }
}

/** A command that ends with 0 where the condition holds. Where it asks how the job goes, the mark of a failure tells. */
export function conditionWords(condition: Condition): string {
  return shellCondition(condition, { own: ownWord, status: statusWord });
}

const statusWord: StatusWord = (status) => {
  switch (status) {
    case Status.SUCCESS:
      return `[ ! -e ${failedMark} ]`;
    case Status.FAILURE:
      return `[ -e ${failedMark} ]`;
    case Status.CANCELLED:
      // No step begins in a job that is cancelled.
      return "false";
    case Status.ALWAYS:
      return "true";
  }
};

/** A variable that nothing reads is not set. */
function factLines(text: string): string {
  const isHead = text.includes("$slipway_head");
  return `case \${SLIPWAY_SOURCE-} in
  scheduled_pipeline) slipway_event=schedule ;;
  api) slipway_event=manual ;;
  *) slipway_event=push ;;
esac
slipway_branch=\${CIRCLE_BRANCH-}${isHead ? " slipway_head=" : ""}
case $slipway_event:$slipway_branch in
  push:gh-readonly-queue/*) slipway_event=merge-queue slipway_branch= ;;
  push:?*)
    if [ -n "\${CIRCLE_PULL_REQUEST-}" ]; then
      slipway_event=pull-request${isHead ? " slipway_head=$slipway_branch" : ""} slipway_branch=
    fi ;;
esac`;
}

/** As GitHub reads its own file: the last of `name=value`, or of `name`, a mark, lines and the mark. */
const outputs = `slipway_output() {
  value=
  [ -e "${folder}/steps/$1" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    case \${line%%=*} in
      *'<<'*)
        name=\${line%%'<<'*} end=\${line#*'<<'} text=
        while IFS= read -r line && [ "$line" != "$end" ]; do
          text=$text$line'
'
        done
        text=\${text%?} ;;
      *) name=\${line%%=*} text=\${line#*=} ;;
    esac
    [ "$name" != "$2" ] || value=$text
  done <"${folder}/steps/$1"
  printf '%s\\n' "$value"
}`;

/** The lines, and before them what they need to know. */
export function script(...lines: readonly string[]): string {
  const text = lines.join("\n");
  return [
    ...(/\$slipway_(?:event|branch|head)\b/.test(text) ? [factLines(text)] : []),
    ...(text.includes("$(slipway_output ") ? [outputs] : []),
    text,
  ].join("\n");
}

/** Variables of a job that its scripts ask for, with the pipeline value that each has. */
export function pipelineVariables(
  scripts: string,
  inputs: readonly string[],
): Readonly<Record<string, string>> {
  const known = [
    ["SLIPWAY_SOURCE", "pipeline.trigger_source"],
    ["SLIPWAY_NUMBER", "pipeline.number"],
    ...inputs.map((name) => [inputVariable(name), `pipeline.parameters.${name}`] as const),
  ] as const;
  return Object.fromEntries(
    known
      .filter(([name]) => new RegExp(`\\b${name}\\b`).test(scripts))
      .map(([name, value]) => [name, `<< ${value} >>`]),
  );
}
