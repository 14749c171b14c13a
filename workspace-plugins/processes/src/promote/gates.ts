import type { Digest } from "@slipway/signature";
import type { DeployTarget } from "../definition/target.ts";
import type { DeployedRecord, ProcessRecord } from "../record/record.ts";
import { linksApart, stateOf } from "../verify/state.ts";
import type { CodeAndLinks } from "../verify/state.ts";
import type { VerifiedProcess } from "../verify/verified-file.ts";

/** Of the deploy target that is promoted to; absent where `ao.yml` lets nothing be promoted there. */
type Rule = DeployTarget["promotion"];

/** What is known of one process where it comes from. */
export type SourceProcess = {
  readonly name: string;
  readonly record: ProcessRecord | undefined;
  readonly verified: VerifiedProcess | undefined;
  /** Asked for just now. */
  readonly live: CodeAndLinks | "undeployed" | "gone" | "unread";
  /** Of the bytes that would be moved; `undefined`: neither the archive nor the network has them. */
  readonly bytes: Digest | undefined;
};

/** A second person's word. */
export type Approval =
  | {
      readonly file: string;
      readonly state: "signed";
      readonly signer: string;
      readonly digests: Digests;
    }
  | { readonly file: string; readonly state: "disbelieved"; readonly problem: string };

/** By the names of processes. */
export type Digests = Readonly<Record<string, Digest>>;

export type PromotionFacts = {
  readonly from: string;
  readonly rule: Rule;
  readonly processes: readonly SourceProcess[];
  /** Files that are not as committed; `undefined`: nobody knows, there is no repository. */
  readonly dirty: readonly string[] | undefined;
  readonly approvals: readonly Approval[];
  /** Of the one who promotes, where this machine has one. */
  readonly ownKey: string | undefined;
  readonly now: Date;
};

export type GateProblem =
  | { readonly kind: "no-rule" }
  | { readonly kind: "other-source"; readonly allowed: string }
  | { readonly kind: "not-deployed"; readonly process: string }
  | { readonly kind: "never-verified"; readonly process: string }
  | { readonly kind: "verified-another"; readonly process: string }
  | {
      readonly kind: "verified-too-long-ago";
      readonly process: string;
      readonly at: string;
      readonly withinMs: number;
    }
  | {
      readonly kind: "live-differs";
      readonly process: string;
      readonly expected: Digest;
      readonly live: string;
      /** Where the code is the expected one. */
      readonly links?: { readonly expected: Digest; readonly live: Digest };
    }
  | { readonly kind: "checks-failed"; readonly process: string; readonly failed: number }
  | { readonly kind: "bytes-lost"; readonly process: string; readonly expected: Digest }
  | { readonly kind: "not-committed"; readonly file: string }
  | { readonly kind: "no-repository" }
  | { readonly kind: "not-approved" }
  | { readonly kind: "approved-by-oneself"; readonly file: string; readonly signer: string }
  | { readonly kind: "approved-by-another"; readonly file: string; readonly signer: string }
  | { readonly kind: "approved-other-digests"; readonly file: string; readonly signer: string }
  | { readonly kind: "approval-disbelieved"; readonly file: string; readonly problem: string };

export type GateName =
  | "rule"
  | "deployed"
  | "verified"
  | "live"
  | "checks"
  | "bytes"
  | "clean-tree"
  | "approval";

/** `not-asked-for`: by the rule of `ao.yml`. It is told, so that nobody takes it for passed. */
export type Gate =
  | { readonly gate: GateName; readonly state: "passed"; readonly seen: readonly string[] }
  | { readonly gate: GateName; readonly state: "not-asked-for" }
  | {
      readonly gate: GateName;
      readonly state: "closed";
      readonly problems: readonly GateProblem[];
    };

/** Every gate, whatever the others say. */
export function judgeGates(facts: PromotionFacts): readonly Gate[] {
  return [
    gateOf("rule", ruleProblems(facts), [facts.from]),
    perProcess("deployed", facts, ({ name, record }) =>
      record?.state === "deployed" ? [] : [{ kind: "not-deployed", process: name }],
    ),
    perProcess("verified", facts, (source) => verifiedProblems(source, facts)),
    perProcess("live", facts, liveProblems),
    perProcess("checks", facts, ({ name, verified }) =>
      verified === undefined || verified.checks.failed === 0
        ? []
        : [{ kind: "checks-failed", process: name, failed: verified.checks.failed }],
    ),
    perProcess("bytes", facts, bytesProblems),
    treeGate(facts),
    approvalGate(facts),
  ];
}

/** What is moved: the digest of each process that is recorded at the source. */
export function digestsOf(processes: readonly Pick<SourceProcess, "name" | "record">[]): Digests {
  const deployed = processes.flatMap(({ name, record }) =>
    record?.state === "deployed" ? [[name, record.codeDigest] as const] : [],
  );
  return Object.fromEntries(deployed.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function gateOf(gate: GateName, problems: readonly GateProblem[], seen: readonly string[]): Gate {
  return problems.length === 0
    ? { gate, state: "passed", seen }
    : { gate, state: "closed", problems };
}

function perProcess(
  gate: GateName,
  { processes }: PromotionFacts,
  find: (source: SourceProcess) => readonly GateProblem[],
): Gate {
  return gateOf(
    gate,
    processes.flatMap(find),
    processes.map((source) => `${source.name} ${seenOf(gate, source)}`.trimEnd()),
  );
}

/** What a gate that is open was opened by, beside the name of the process. */
function seenOf(gate: GateName, { record, verified }: SourceProcess): string {
  if (gate === "verified") return verified?.at ?? "";
  if (gate === "checks") return verified === undefined ? "" : String(verified.checks.passed);
  return record?.state === "deployed" ? record.codeDigest : "";
}

function ruleProblems({ rule, from }: PromotionFacts): readonly GateProblem[] {
  if (rule === undefined) return [{ kind: "no-rule" }];
  return rule.from === from ? [] : [{ kind: "other-source", allowed: rule.from }];
}

function verifiedProblems(
  { name, record, verified }: SourceProcess,
  { rule, now }: PromotionFacts,
): readonly GateProblem[] {
  if (verified === undefined) return [{ kind: "never-verified", process: name }];
  if (record?.state === "deployed" && !isOf(verified, record)) {
    return [{ kind: "verified-another", process: name }];
  }
  const withinMs = rule?.verified_within ?? 0;
  const ageMs = now.getTime() - Date.parse(verified.at);
  // A time ahead of ours is nobody's proof.
  return ageMs >= 0 && ageMs <= withinMs
    ? []
    : [{ kind: "verified-too-long-ago", process: name, at: verified.at, withinMs }];
}

function isOf(verified: VerifiedProcess, record: DeployedRecord): boolean {
  return (
    verified.process === record.process &&
    verified.codeDigest === record.codeDigest &&
    verified.linksDigest === record.linksDigest
  );
}

function liveProblems({ name, record, live }: SourceProcess): readonly GateProblem[] {
  if (record?.state !== "deployed") return [];
  const recorded = { code: record.codeDigest, links: record.linksDigest };
  if (stateOf({ recorded, live, wanted: undefined }) === "agrees") return [];
  const shown = typeof live === "string" ? live : live.code;
  const links = linksApart(live, [recorded]);
  const apart = links === undefined ? {} : { links };
  return [{ kind: "live-differs", process: name, expected: recorded.code, live: shown, ...apart }];
}

function bytesProblems({ name, record, bytes }: SourceProcess): readonly GateProblem[] {
  if (record?.state !== "deployed" || bytes === record.codeDigest) return [];
  return [{ kind: "bytes-lost", process: name, expected: record.codeDigest }];
}

function treeGate({ rule, dirty }: PromotionFacts): Gate {
  if (rule?.clean_tree === false) return { gate: "clean-tree", state: "not-asked-for" };
  if (dirty === undefined) return gateOf("clean-tree", [{ kind: "no-repository" }], []);
  const problems = dirty.map((file) => ({ kind: "not-committed", file }) as const);
  return gateOf("clean-tree", problems, []);
}

function approvalGate(facts: PromotionFacts): Gate {
  const { rule, approvals } = facts;
  if (rule !== undefined && rule.approval === undefined) {
    return { gate: "approval", state: "not-asked-for" };
  }
  const judged = approvals.map((approval) => ({
    approval,
    problem: approvalProblem(approval, facts),
  }));
  const given = judged.filter(({ problem }) => problem === undefined);
  if (given.length > 0) {
    const signers = given.map(({ approval }) => ("signer" in approval ? approval.signer : ""));
    return gateOf("approval", [], signers);
  }
  const problems = judged.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  return gateOf("approval", problems.length === 0 ? [{ kind: "not-approved" }] : problems, []);
}

function approvalProblem(
  approval: Approval,
  { rule, ownKey, processes }: PromotionFacts,
): GateProblem | undefined {
  const { file } = approval;
  if (approval.state === "disbelieved") {
    return { kind: "approval-disbelieved", file, problem: approval.problem };
  }
  const { signer, digests } = approval;
  if (signer === ownKey) return { kind: "approved-by-oneself", file, signer };
  if (rule?.approval?.keys.includes(signer) !== true) {
    return { kind: "approved-by-another", file, signer };
  }
  const isThese = JSON.stringify(digests) === JSON.stringify(digestsOf(processes));
  return isThese ? undefined : { kind: "approved-other-digests", file, signer };
}
