import type { Job, Workflow } from "@slipway/pipeline-sdk/graph";
import { Skip_Mode } from "@slipway/pipeline-sdk/graph";
import type { Skipping } from "@slipway/pipeline-sdk/protocol";
import { shellQuoted } from "@slipway/pipeline-sdk/shell-job";
import { block, call, code, invoke, named, textOf } from "./groovy.ts";
import type { Node } from "./groovy.ts";
import { endsOf } from "./jobs.ts";
import type { Stage } from "./model.ts";
import { mayFail } from "./steps.ts";
import { bindingOf } from "./variables.ts";

export function isSkippable({ kind }: Job): boolean {
  if (kind.case !== "work") return false;
  switch (kind.value.skip?.mode) {
    case Skip_Mode.AUTO:
    case Skip_Mode.ASKED:
      return true;
    case Skip_Mode.NEVER:
    case Skip_Mode.UNSPECIFIED:
    case undefined:
      return false;
  }
}

type Place = {
  readonly workflow: Workflow;
  /** Of the machines that the first of the jobs runs on; any where there is none. */
  readonly label: string;
};

/** Finds out which jobs run. Whatever goes wrong in it, all do. */
export function decisionStage(name: string, skipping: Skipping, place: Place): Stage {
  const { folder, decide } = skipping;
  const command = `${decide} --provider jenkins ${about(place)}`;
  const read = `sh(returnStdout: true, script: ${textOf(limited(command, skipping))})`;
  return {
    name,
    steps: onMachine(skipping, place, [
      ...(folder === "" ? [] : [copy("fetch records", kept, folder)]),
      call("sh", limited(skipping.install, skipping)),
      invoke("keepDecisions", code(read)),
    ]),
  };
}

/** Records the jobs that ended well, on a machine of its own: what a job changed there, the signature would not have. */
export function recordStage(
  name: string,
  skipping: Skipping,
  place: Place,
  jobs: readonly Job[],
): Stage {
  const { folder, record } = skipping;
  const asked = jobs.map((job) =>
    endsOf(job)
      .map((id) => `hasEndedWell(${textOf(id)})`)
      .join(" && "),
  );
  return {
    name,
    when: asked.join(" || "),
    steps: onMachine(skipping, place, [
      ...(folder === "" ? [] : [copy("fetch records", kept, folder)]),
      call("sh", limited(skipping.install, skipping)),
      ...jobs.map(({ id }, at): Node => {
        const command = `${record} --provider jenkins ${about(place)} --job ${id}`;
        const script = limited(command, skipping);
        return {
          if: asked[at] ?? "false",
          body: [call("sh", named({ returnStatus: true, script }))],
        };
      }),
      ...(folder === "" ? [] : [copy("keep records", folder, kept)]),
    ]),
  };
}

/** What started the run, no variable of Jenkins says. */
function about({ workflow }: Place): string {
  return `--event "$SLIPWAY_EVENT" --workflow ${workflow.id}`;
}

function onMachine(
  { secrets }: Skipping,
  { label }: Place,
  body: readonly Node[],
): readonly Node[] {
  const bindings = secrets.map((secret) => bindingOf(secret, secret));
  const event = code("'SLIPWAY_EVENT=' + eventName()");
  const fetched = [call("checkout", code("scm")), block("withEnv", [[event]], body)];
  const inside = bindings.length === 0 ? fetched : [block("withCredentials", [bindings], fetched)];
  const node = block("node", label === "" ? [] : [label], inside);
  return [block("catchError", [mayFail], [block("script", [], [node])])];
}

/** By the shell: a time limit of Jenkins would end the run as one that was stopped. */
function limited(command: string, { timeoutMinutes }: Skipping): string {
  if (timeoutMinutes === 0) return command;
  return `timeout ${timeoutMinutes * 60} sh -e -c ${shellQuoted(command)}`;
}

/** Beside the workspace: each branch has its own, and a pull request in any case. */
const kept = `"\${WORKSPACE_TMP:-$WORKSPACE@tmp}/slipway-records\${CHANGE_ID:+-$CHANGE_ID}"`;

function copy(label: string, from: string, to: string): Node {
  const [source, target] = [from, to].map((path) => (path === kept ? path : shellQuoted(path)));
  const script = `[ ! -d ${source} ] || { mkdir -p ${target} && cp -R ${source}/. ${target}; }`;
  return call("sh", named({ label, returnStatus: true, script }));
}
