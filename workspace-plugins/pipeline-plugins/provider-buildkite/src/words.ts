import { Fact } from "@slipway/pipeline-sdk/graph";
import { shellQuoted } from "@slipway/pipeline-sdk/shell-job";
import type { OwnValue } from "@slipway/pipeline-sdk/shell-job";
import type { Input } from "@slipway/pipeline-sdk/graph";
import { unknown } from "./unknown.ts";

const pullRequest = '[ "${BUILDKITE_PULL_REQUEST:-false}" != false ]';

const event = [
  '"$(if [ "$BUILDKITE_SOURCE" != webhook ]; then',
  "case $BUILDKITE_SOURCE in (schedule) echo schedule ;; (*) echo manual ;; esac;",
  'elif [ -n "${BUILDKITE_MERGE_QUEUE_BASE_BRANCH-}" ]; then echo merge-queue;',
  `elif ${pullRequest}; then echo pull-request; else echo push; fi)"`,
].join(" ");

/** Words of the shell of a job for what Buildkite knows. */
export function ownWord(value: OwnValue, inputs: readonly Input[]): string {
  switch (value.case) {
    case "secret":
      return `"$(buildkite-agent secret get ${shellQuoted(value.value)})"`;
    case "setting":
      return `"\${${value.value}-}"`;
    case "input": {
      const usual = inputs.find(({ name }) => name === value.value)?.default ?? "";
      const asked = metaData(inputKey(value.value), usual);
      return `"$(case $BUILDKITE_SOURCE in (webhook | schedule) ;; (*) ${asked} ;; esac)"`;
    }
    case "output":
      return `"$(${metaData(outputKey(value.value.job, value.value.name), "")})"`;
    case "fact":
      return factWord(value.value);
  }
}

function factWord(fact: Fact): string {
  switch (fact) {
    case Fact.COMMIT:
      return '"$BUILDKITE_COMMIT"';
    case Fact.BRANCH:
      // Of a tag it is the tag, of a pull request what somebody else called theirs.
      return `"$(${pullRequest} || [ -n "\${BUILDKITE_TAG-}" ] || printf %s "$BUILDKITE_BRANCH")"`;
    case Fact.HEAD_BRANCH:
      return `"$(! ${pullRequest} || printf %s "$BUILDKITE_BRANCH")"`;
    case Fact.TAG:
      return '"${BUILDKITE_TAG-}"';
    case Fact.EVENT:
      return event;
    case Fact.BASE_BRANCH:
      return '"${BUILDKITE_PULL_REQUEST_BASE_BRANCH-}"';
    case Fact.RUN_NUMBER:
      return '"$BUILDKITE_BUILD_NUMBER"';
    case Fact.ACTOR:
      return '"${BUILDKITE_BUILD_CREATOR-}"';
    case Fact.UNSPECIFIED:
  }
  throw unknown("a fact");
}

function metaData(key: string, usual: string): string {
  return `buildkite-agent meta-data get ${shellQuoted(key)} --default ${shellQuoted(usual)}`;
}

export function inputKey(input: string): string {
  return `input/${input}`;
}

export function outputKey(job: string, output: string): string {
  return `output/${job}/${output}`;
}
