import { Skip_Mode } from "@slipway/pipeline-sdk/graph";
import type { Job, Workflow } from "@slipway/pipeline-sdk/graph";
import type { Skipping } from "@slipway/pipeline-sdk/protocol";
import { actions } from "./actions.ts";
import { isOfBranch, quoted, unknownKind } from "./expressions.ts";
import { usualRunner } from "./jobs.ts";
import { compact, positive } from "./plain.ts";
import type { Plain } from "./plain.ts";

type Rendered = { readonly [key: string]: Plain };

/** Whether a run asks if it may leave the job out. */
export function isSkippable({ kind }: Job): boolean {
  if (kind.case !== "work" || kind.value.skip === undefined) return false;
  switch (kind.value.skip.mode) {
    case Skip_Mode.AUTO:
    case Skip_Mode.ASKED:
      return true;
    case Skip_Mode.NEVER:
      return false;
    case Skip_Mode.UNSPECIFIED:
      throw unknownKind("way to skip a job");
  }
}

/**
 * Says of each job whether it runs. Where that cannot be found out it says nothing, and all do: no step of it can fail it, and if its
 * runner does, `continue-on-error` makes its result a success for those that need it. It has no time limit of its own, which
 * would end it as cancelled, but its steps have.
 */
export function renderBootstrap(
  workflow: Workflow,
  asking: readonly Job[],
  skipping: Skipping,
): Rendered {
  const { decide, folder } = skipping;
  const call = `${decide} --provider github --workflow ${workflow.id}`;
  return {
    name: "signatures",
    permissions: { contents: "read" },
    "runs-on": usualRunner,
    outputs: Object.fromEntries(
      asking.map(({ id }) => [id, `\${{ steps.decide.outputs.${id} }}`] as const),
    ),
    "continue-on-error": true,
    steps: [
      ...prepared(skipping),
      ...restored(workflow, folder),
      {
        name: "decide",
        id: "decide",
        // What was said before a failure counts as nothing.
        run: quoted(`decided=$(${call})\nprintf '%s\\n' "$decided" >> "$GITHUB_OUTPUT"`),
        shell: "sh",
        env: secretsOf(skipping),
      },
    ].map((step) => patient(step, skipping)),
  };
}

/** Always ends, and well only if no job failed: what a protected branch can require. Remembers which jobs succeeded. */
export function renderGate(
  workflow: Workflow,
  needs: readonly string[],
  skipping: Skipping | undefined,
): Rendered {
  return compact({
    name: quoted(`all jobs of ${workflow.name}`),
    needs,
    if: "${{ always() }}",
    permissions: skipping === undefined ? {} : { contents: "read" },
    "runs-on": usualRunner,
    steps: [
      ...(skipping === undefined ? [] : recording(workflow, skipping)),
      {
        name: "no job failed",
        if: "${{ always() && (contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled')) }}",
        run: "exit 1",
      },
    ],
  });
}

function recording(workflow: Workflow, skipping: Skipping): readonly Rendered[] {
  const { record, folder } = skipping;
  const keep = {
    name: "keep records",
    uses: actions.saveCache,
    with: { path: quoted(folder), key: keyOf(workflow) },
  };
  return [
    ...prepared(skipping),
    ...restored(workflow, folder),
    {
      name: "record",
      run: quoted(`${record} --provider github --workflow ${workflow.id}`),
      shell: "sh",
      env: { ...secretsOf(skipping), SLIPWAY_RESULTS: "${{ toJSON(needs) }}" },
    },
    ...(folder === "" ? [] : [keep]),
  ].map((step) => patient(step, skipping));
}

function prepared({ install }: Skipping): readonly Rendered[] {
  const get = { name: "get slipway", run: quoted(install), shell: "sh" };
  return [{ uses: actions.checkout }, ...(install === "" ? [] : [get])];
}

function secretsOf({ secrets }: Skipping): Rendered {
  return Object.fromEntries(secrets.map((name) => [name, `\${{ secrets.${name} }}`] as const));
}

/** Whatever goes wrong in it, the run goes on. */
function patient(step: Rendered, { timeoutMinutes }: Skipping): Rendered {
  return compact({
    ...step,
    "continue-on-error": true,
    "timeout-minutes": positive(timeoutMinutes),
  });
}

/**
 * Records of runs of a branch, and of what somebody asks to be merged, have different names: what a pull request wrote is read by
 * no run of a branch. GitHub keeps the caches of branches apart too.
 */
function prefixOf(workflow: Workflow, trust: string, ref: string): string {
  return `slipway-jobs-${workflow.id}-${trust}-${ref}-`;
}

const trusted = "trusted";
const ownTrust = `\${{ ${isOfBranch} && '${trusted}' || 'untrusted' }}`;

function keyOf(workflow: Workflow): string {
  const own = prefixOf(workflow, ownTrust, "${{ github.ref }}");
  return `${own}\${{ github.run_id }}-\${{ github.run_attempt }}`;
}

/** The newest records of the same branch, else of the one that it is to be merged into, else of the usual one. */
function restored(workflow: Workflow, folder: string): readonly Rendered[] {
  if (folder === "") return [];
  const bases = ["${{ github.base_ref }}", "${{ github.event.repository.default_branch }}"];
  const prefixes = [
    prefixOf(workflow, ownTrust, "${{ github.ref }}"),
    ...bases.map((base) => prefixOf(workflow, trusted, `refs/heads/${base}`)),
  ];
  return [
    {
      name: "restore records",
      uses: actions.restoreCache,
      with: {
        path: quoted(folder),
        key: keyOf(workflow),
        "restore-keys": prefixes.join("\n"),
      },
    },
  ];
}
