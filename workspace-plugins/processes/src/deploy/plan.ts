import { DigestText } from "@slipway/definitions/digest-text";
import { canonicalJson, digestOf, inParallel, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { Links } from "../evaluated-text.ts";
import type { ProcessesFailure } from "../failure.ts";
import type { AoNetwork } from "../network/network.ts";
import { findCode } from "../record/code-archive.ts";
import type { CodeArchive } from "../record/code-archive.ts";
import type { EnvironmentRecord, ProcessRecord } from "../record/record.ts";
import { messageOf } from "../record/message-of.ts";
import { codeChange } from "./code-change.ts";
import { evaluationMessage, spawnMessage } from "./deployment.ts";
import { changedSettings } from "./spawn-change.ts";
import { spawnDigestOf } from "./spawn-settings.ts";
import { atOnce } from "./survey.ts";
import type { Surveyed } from "./survey.ts";

const Id = z.string().min(1);

const CodeChange = z.strictObject({
  /** Absent: the process ran nothing of ours before, or nobody has its code any more. */
  before: z.strictObject({ digest: DigestText, bytes: z.int().optional() }).optional(),
  after: z.strictObject({ digest: DigestText, bytes: z.int() }),
  modules: z
    .strictObject({
      added: z.array(z.string()),
      removed: z.array(z.string()),
      changed: z.array(z.string()),
    })
    .optional(),
  handlers: z.strictObject({ added: z.array(z.string()), removed: z.array(z.string()) }),
});

const PlannedProcess = z.strictObject({
  name: z.string(),
  step: z.enum(["nothing", "record", "evaluate", "spawn"]),
  cause: z.string().optional(),
  /** That there is now. */
  process: Id.optional(),
  /** What it said just now: digests of code and links. */
  live: z.union([
    z.strictObject({ code: DigestText, links: DigestText }),
    z.enum(["undeployed", "gone", "none"]),
  ]),
  wanted: z.strictObject({ spawnDigest: DigestText, codeDigest: DigestText }),
  /** Of a process that takes the place of another, where they differ. */
  settings: z.array(
    z.strictObject({
      setting: z.string(),
      before: z.string().optional(),
      after: z.string().optional(),
    }),
  ),
  code: CodeChange.optional(),
  /** Ids that the code reads; absent: of a process that is yet to be spawned. */
  links: z.array(z.strictObject({ name: z.string(), id: Id.optional() })),
  /** What would be signed. */
  items: z.array(z.strictObject({ kind: z.enum(["spawn", "evaluation"]), bytes: z.int() })),
});
export type PlannedProcess = z.output<typeof PlannedProcess>;

/** All that a deployment would do, and what that was concluded from. Two plans of the same state are equal. */
export const Plan = z.strictObject({
  version: z.literal(1),
  project: z.string(),
  /** Relative to the workspace. */
  projectRoot: z
    .string()
    .refine((folder) => !folder.startsWith("/"), "must be relative to the workspace")
    .refine((folder) => !folder.split("/").includes(".."), "must stay inside the workspace"),
  deployTarget: z.string(),
  mode: z.enum(["legacy", "mainnet"]),
  strategy: z.enum(["in-place", "immutable"]),
  owner: Id,
  /** Of the record. */
  record: DigestText,
  /** Processes with an item that an earlier run began: it is ended first, and leaves less to do. */
  interrupted: z.array(z.string()),
  processes: z.array(PlannedProcess),
});
export type Plan = z.output<typeof Plan>;

export type PlanParts = {
  readonly head: Pick<Plan, "project" | "projectRoot" | "deployTarget" | "mode" | "strategy">;
  readonly network: Pick<
    AoNetwork,
    "owner" | "spawnBytes" | "messageBytes" | "itemTagsOf" | "itemData"
  >;
  readonly archive: CodeArchive;
  readonly record: EnvironmentRecord;
  readonly interrupted: readonly string[];
};

export async function makePlan(
  parts: PlanParts,
  surveyed: readonly Surveyed[],
): Promise<Result<Plan, ProcessesFailure>> {
  const { head, network, record, interrupted } = parts;
  const ids = new Map(
    surveyed.map(({ goal, step, record: known }) => [
      goal.name,
      step.step === "spawn" ? undefined : known?.process,
    ]),
  );
  const processes = await inParallel(atOnce, surveyed, (each) => plannedProcess(parts, each, ids));
  if (!processes.ok) return processes;
  return ok({
    version: 1,
    ...head,
    owner: network.owner,
    record: digestOf(JSON.stringify(record)),
    interrupted: interrupted.toSorted(),
    processes: [...processes.value],
  });
}

/** What the second of two plans was made from that the first was not; none when they are equal. */
export function movedSince(plan: Plan, now: Plan): readonly string[] {
  const moved: string[] = [];
  if (plan.record !== now.record) moved.push("the record");
  if (plan.owner !== now.owner) moved.push("the wallet");
  if (differs(plan.interrupted, now.interrupted)) moved.push("an interrupted run");
  const before = new Map(plan.processes.map((each) => [each.name, each]));
  for (const each of now.processes) {
    const known = before.get(each.name);
    if (known === undefined) moved.push(`${each.name}, which is new`);
    else if (differs(known.live, each.live)) moved.push(`what ${each.name} runs`);
    else if (known.wanted.codeDigest !== each.wanted.codeDigest)
      moved.push(`the code of ${each.name}`);
    else if (known.wanted.spawnDigest !== each.wanted.spawnDigest) {
      moved.push(`the settings of ${each.name}`);
    }
  }
  return moved.length === 0 && differs(plan, now) ? ["the definition"] : moved;
}

function differs(before: unknown, after: unknown): boolean {
  return canonicalJson(before) !== canonicalJson(after);
}

/** As long as every id. */
const idToCome = "A".repeat(43);

async function plannedProcess(
  { network, archive }: PlanParts,
  surveyed: Surveyed,
  ids: ReadonlyMap<string, string | undefined>,
): Promise<Result<PlannedProcess, ProcessesFailure>> {
  const { goal, record, live, step } = surveyed;
  if (step.step === "refuse") throw new Error("internal: a plan of what is refused");
  const settings =
    step.step === "spawn" && step.cause === "spawn-settings-changed" && record !== undefined
      ? await changedSettings(network, record.process, goal.settings)
      : ok([]);
  if (!settings.ok) return settings;
  const code = await plannedCode({ network, archive }, surveyed);
  if (!code.ok) return code;
  return ok({
    name: goal.name,
    step: step.step,
    ...(step.step === "nothing" ? {} : { cause: step.cause }),
    ...(record === undefined ? {} : { process: record.process }),
    live: live ?? "none",
    wanted: { spawnDigest: spawnDigestOf(goal.settings), codeDigest: goal.codeDigest },
    settings: [...settings.value],
    ...(code.value === undefined ? {} : { code: code.value }),
    links: goal.needs.map((name) => {
      const id = ids.get(name);
      return id === undefined ? { name } : { name, id };
    }),
    items: [...itemsOf(network, surveyed, ids)],
  });
}

async function plannedCode(
  parts: Pick<PlanParts, "archive"> & { readonly network: Pick<AoNetwork, "itemData"> },
  { goal, record, live, step }: Surveyed,
): Promise<Result<PlannedProcess["code"], ProcessesFailure>> {
  if (step.step === "nothing" || step.step === "record") return ok(undefined);
  const before = typeof live === "object" ? live.code : undefined;
  if (before === undefined) return ok(codeChange(goal, undefined));
  const message = messageOf(record?.history ?? [], before);
  const found = await findCode(parts.archive, parts.network, { codeDigest: before, message });
  if (!found.ok && found.failure.reason !== "code-lost") return found;
  const handlers = record?.state === "deployed" ? record.handlers : [];
  const code = found.ok ? found.value : undefined;
  return ok(codeChange(goal, { digest: before, code, handlers }));
}

/** The bill: what would be signed, with ids of the right length where they are yet to come. */
function itemsOf(
  network: Pick<AoNetwork, "spawnBytes" | "messageBytes">,
  { goal, record, step }: Surveyed,
  ids: ReadonlyMap<string, string | undefined>,
): PlannedProcess["items"] {
  const links: Links = Object.fromEntries(
    goal.needs.map((name) => [name, ids.get(name) ?? idToCome]),
  );
  const evaluation = (earlier: readonly string[]) => ({
    kind: "evaluation" as const,
    bytes: network.messageBytes(idToCome, evaluationMessage(goal, links, earlier)),
  });
  if (step.step === "evaluate") return [evaluation(handlersOf(record))];
  if (step.step !== "spawn") return [];
  const spawn = spawnMessage(goal, goal.onBoot ? links : {});
  const bytes = network.spawnBytes(goal.settings.made, spawn);
  return [{ kind: "spawn", bytes }, ...(goal.onBoot ? [] : [evaluation([])])];
}

function handlersOf(record: ProcessRecord | undefined): readonly string[] {
  return record?.state === "deployed" ? record.handlers : [];
}
