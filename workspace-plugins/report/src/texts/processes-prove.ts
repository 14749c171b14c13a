import type { ProcessesFailure, UnitFailure } from "@slipway/processes";
import { shownDigest } from "@slipway/signature/digest";
import type { Texts } from "../text.ts";

type Own =
  | Extract<UnitFailure, { readonly reason: "unit-turn-too-late" }>
  | Extract<
      ProcessesFailure,
      { readonly reason: `rollback-${string}` | `promotion-${string}` | "live-code-differs" }
    >;

/** Verification, promotion and rollback of processes. */
export const proveTexts: Texts<Own> = {
  "unit-turn-too-late": (f) => ({
    what: "there is no turn to ask the unit in time: it counts how often it is asked",
    facts: {
      request: f.url,
      "next turn in s": Math.ceil(f.turnInMs / 1000),
      "waited for at most s": Math.ceil(f.limitMs / 1000),
    },
    hint: "run it again later, or set dry_runs_per_minute of the target to what the unit allows",
  }),
  "live-code-differs": (f) => ({
    what: `the process ${f.links === undefined ? "runs other code" : "knows other ids"} than it should`,
    facts: {
      process: f.process,
      ...(f.links === undefined ? {} : { code: f.live }),
      expected: f.links?.expected ?? f.expected,
      live: f.links?.live ?? f.live,
      ...Object.fromEntries(
        (f.changedBy ?? []).map((one, at) => [`${at + 1}  evaluated`, evaluationText(one)]),
      ),
    },
    hint: "run the target ao-deploy, or slipway ao promote where the code comes by promotion; slipway ao verify tells who changed it",
  }),
  "promotion-source-unfinished": (f) => ({
    what: `the process ${f.process} is not deployed to its end in ${f.from}`,
    facts: {},
    hint: "what is signed is the code that is recorded there: deploy it first",
  }),
  "promotion-only": (f) => ({
    what: `${f.deployTarget} takes its code from ${f.from}, and never from a build: nothing was signed`,
    facts: { "bundled and not there": f.processes.join(", ") },
    hint: `slipway ao promote ${f.project} --from ${f.from} --to ${f.deployTarget}`,
  }),
  "rollback-not-found": (f) => ({
    what: `the history of ${f.process} has nothing to go back to for ${f.asked}`,
    facts: {
      "newest first": f.known.length === 0 ? "nothing" : f.known.map(shownDigest).join(", "),
    },
    hint: "slipway ao history tells what ran when",
  }),
  "rollback-process-open": (f) => ({
    what: f.asked === "" ? "which process is to be rolled back?" : `there is no process ${f.asked}`,
    facts: { processes: f.known.join(", ") },
    hint: "name one: --process <name>",
  }),
  "rollback-immutable": (f) => ({
    what: "a process of this target never runs other code: its strategy is immutable",
    facts: { process: f.process },
    hint: "go back to the earlier process (--to process -1), or spawn a new one (--redeploy)",
  }),
  "rollback-settings-differ": (f) => ({
    what: "ao.yml asks for another process by now than this one was spawned as",
    facts: { process: f.process },
    hint: "check out the ao.yml that it was spawned by and run it again, or use --redeploy",
  }),
  "rollback-unfinished": (f) => ({
    what: `the process ${f.process} of the same environment is not deployed to its end`,
    facts: {},
    hint: "deploy the environment once, then roll back",
  }),
  "rollback-process-foreign": (f) => ({
    what: "the gateway knows no such process of this wallet with these settings",
    facts: { process: f.process, settings: f.spawnDigest },
    hint: "see whose wallet this is; a gateway may also not have it yet",
  }),
};

/** Who evaluated, when, and whether it was a deployment of ours. */
export function evaluationText(one: {
  readonly message: string;
  readonly from: string;
  readonly at: string;
  readonly deployed?: string;
}): string {
  const what =
    one.deployed === undefined ? "not by slipway" : `deployed ${shownDigest(one.deployed)}`;
  return `${one.at} by ${one.from}, message ${one.message}, ${what}`;
}
