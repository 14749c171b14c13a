import type { Gate, GateProblem, RolledBack } from "@slipway/processes";
import { shownDigest } from "@slipway/signature/digest";

const gates: { readonly [Name in Gate["gate"]]: string } = {
  rule: "ao.yml lets it be promoted from there",
  deployed: "deployed where it comes from",
  verified: "verified there lately",
  live: "live there now",
  checks: "checks are green",
  bytes: "the exact bytes are at hand",
  "clean-tree": "everything is committed",
  approval: "a second person has signed",
};

const marks = { passed: "open", closed: "CLOSED", "not-asked-for": "not asked for" } as const;

/** A line a gate, and one for each thing that closes it. */
export function gateRows(all: readonly Gate[]): readonly (readonly string[])[] {
  return all.flatMap((gate) => {
    const [first = "", ...more] = notesOf(gate);
    const row = [marks[gate.state], gates[gate.gate], first];
    return [row, ...more.map((note) => ["", "", note])];
  });
}

function notesOf(gate: Gate): readonly string[] {
  if (gate.state === "passed") return gate.seen.map(shownIn);
  if (gate.state === "not-asked-for") return ["the rule of the target leaves it out"];
  const told = gate.problems.slice(0, mostProblems).map(problemText);
  const rest = gate.problems.length - told.length;
  return rest === 0 ? told : [...told, `and ${rest} more`];
}

/** A tree can have thousands of files that are not committed. */
const mostProblems = 20;

function problemText(problem: GateProblem): string {
  switch (problem.kind) {
    case "no-rule":
      return "the target has no promotion in ao.yml: write promotion: { from: ... }";
    case "other-source":
      return `it may be promoted from ${problem.allowed} alone`;
    case "not-deployed":
      return `${problem.process} is not deployed to its end`;
    case "never-verified":
      return `${problem.process} was not seen to agree on this machine: slipway ao verify`;
    case "verified-another":
      return `what was verified of ${problem.process} is not what is recorded: slipway ao verify`;
    case "verified-too-long-ago":
      return `${problem.process} was verified at ${problem.at}, and at most ${problem.withinMs / 60_000} min may pass`;
    case "live-differs":
      if (problem.links !== undefined) {
        const { expected, live } = problem.links;
        return `${problem.process} should know the ids ${shownDigest(expected)}, and knows ${shownDigest(live)}`;
      }
      return `${problem.process} should run ${shownDigest(problem.expected)}, and says ${shownDigest(problem.live)}`;
    case "checks-failed":
      return `${problem.failed} of ${problem.process} failed when it was verified`;
    case "bytes-lost":
      return `neither the archive nor the network has ${shownDigest(problem.expected)} of ${problem.process}`;
    case "not-committed":
      return problem.file;
    case "no-repository":
      return "there is no git repository: nobody can say what was promoted";
    case "not-approved":
      return "nobody has: slipway ao approve, by another person";
    case "approved-by-oneself":
      return `${problem.file} is signed by who promotes`;
    case "approved-by-another":
      return `${problem.file} is signed by ${shownDigest(problem.signer)}, whom the rule does not name`;
    case "approved-other-digests":
      return `${problem.file} is for other code`;
    case "approval-disbelieved":
      return `${problem.file}: ${problem.problem}`;
  }
}

const states: { readonly [State in RolledBack["state"]]: string } = {
  kept: "kept",
  "of-that-process": "as that process left it",
  lost: "LOST: the process begins anew",
};

const results: { readonly [Result in RolledBack["result"]]: string } = {
  planned: "would be rolled back",
  unchanged: "is so already",
  done: "rolled back",
};

/** What a rollback did, in two columns. */
export function rollbackRows(rolled: RolledBack): readonly (readonly string[])[] {
  const { name, from, to, state, result, followers, isUndoneByDeploying } = rolled;
  return [
    [name, results[result]],
    ["code", `${shownDigest(from.codeDigest ?? "none")} -> ${shownDigest(to.codeDigest)}`],
    ["process", idsText(from.process, to.process)],
    ["state", states[state]],
    ...(followers.length === 0 ? [] : [["evaluated too", followers.join(", ")]]),
    ...(isUndoneByDeploying
      ? [["note", "ao.yml asks for other spawn settings: the next deployment makes a new process"]]
      : []),
    ["note", "what is bundled stays as it is: to deploy it undoes this"],
  ];
}

function idsText(from: string, to: string | undefined): string {
  return from === to ? from : `${from} -> ${to ?? "a new one"}`;
}

function shownIn(text: string): string {
  return text.split(" ").map(shownDigest).join(" ");
}
