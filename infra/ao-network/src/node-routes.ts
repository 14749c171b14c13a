import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { Compute, DryRun } from "./compute.ts";
import type { Assignment } from "./assignment.ts";
import type { NetworkConditions } from "./conditions.ts";
import { exposedAt } from "./exposed.ts";
import type { NetworkFailure } from "./failure.ts";
import { json, text } from "./route.ts";
import type { Answer, Route, UnitRequest } from "./route.ts";
import type { Id } from "./id.ts";
import type { Intake, Taken } from "./intake.ts";
import type { Item } from "./item.ts";
import type { Outbox } from "./outbox.ts";
import type { Scheduler } from "./scheduler.ts";

type Parts = {
  readonly scheduler: Scheduler;
  readonly intake: Intake;
  readonly compute: Compute;
  readonly outbox: Outbox;
  readonly conditions: NetworkConditions;
  /** Its own, and so that of scheduler and authority of the processes spawned at it. */
  readonly address: Id;
};

/** A HyperBEAM node over HTTP, as far as aoconnect's mainnet mode and reads of `patch@1.0` go. */
export function nodeRoutes(parts: Parts): readonly Route[] {
  const { address } = parts;
  return [
    { method: "GET", path: "/", answer: () => json({ unit: "node", address }) },
    {
      method: "GET",
      path: "/~meta@1.0/info/address",
      kind: "address",
      answer: () => text(address),
    },
    { method: "POST", path: "/push", kind: "spawn", answer: (request) => spawn(request, parts) },
    {
      method: "POST",
      path: "/:process/push",
      kind: "message",
      answer: (request) => push(request, parts),
    },
    ...forReading("/:process/slot/current", "slot", (request) => currentSlot(request, parts)),
    {
      method: "GET",
      path: "/:process/schedule",
      // Without it a node answers in a format of its own.
      needs: "accept",
      kind: "schedule",
      answer: (request) => schedule(request, parts),
    },
    ...forReading("/:process/compute/results=:slot", "result", (request) => result(request, parts)),
    ...forReading("/:process/as=execution/compute", "dry-run", (request) => dryRun(request, parts)),
    ...forReading("/:process/as=execution/compute&:tags", "dry-run", (request) =>
      dryRun(request, parts),
    ),
    ...forReading("/:process/now/*key", "state", (request) => state(request, parts)),
    ...forReading("/:process/compute/*key", "state", (request) => state(request, parts)),
  ];
}

/** aoconnect posts its questions, as signed items; other clients get them. */
function forReading(path: string, kind: string, answer: Route["answer"]): readonly Route[] {
  return [
    { method: "GET", path, kind, answer },
    { method: "POST", path, kind, answer },
  ];
}

async function spawn(request: UnitRequest, parts: Parts): Promise<Result<Answer, NetworkFailure>> {
  const item = await signedItem(request, parts.intake);
  if (!item.ok) return item;
  const wrong = wrongDevice(item.value);
  if (wrong !== undefined) return fail(wrong);
  const taken = await take(item.value, parts);
  if (!taken.ok) return taken;
  const { id } = item.value;
  const slot = taken.value.assignment?.nonce ?? 0;
  const answer = text("", { process: id, slot: String(slot) });
  return answer.ok ? ok({ ...answer.value, item: id }) : answer;
}

/** Answers when the message is evaluated, and with its result, as a push that is not told to be asynchronous. */
async function push(request: UnitRequest, parts: Parts): Promise<Result<Answer, NetworkFailure>> {
  const { scheduler, compute, outbox, intake } = parts;
  const item = await signedItem(request, intake);
  if (!item.ok) return item;
  const { id, target } = item.value;
  if (target !== processIn(request)) return fail({ reason: "target-other", target });
  const taken = await take(item.value, parts);
  if (!taken.ok) return taken;
  const { assignment } = taken.value;
  if (assignment === undefined) {
    const history = scheduler.history(target);
    return history.ok ? pushed(id, target, history.value.length, undefined) : history;
  }
  outbox.push(assignment);
  const raw = await compute.resultAt(target, assignment.nonce);
  return raw.ok ? pushed(id, target, assignment.nonce, raw.value) : raw;
}

function pushed(id: string, process: string, slot: number, raw: unknown): Result<Answer, never> {
  return ok({ status: 200, body: { process, slot, id, raw }, item: id });
}

function currentSlot(request: UnitRequest, { scheduler }: Parts): Result<Answer, NetworkFailure> {
  const history = scheduler.history(processIn(request));
  return history.ok ? text(String(history.value.length - 1)) : history;
}

async function result(
  request: UnitRequest,
  { scheduler, compute }: Parts,
): Promise<Result<Answer, NetworkFailure>> {
  const history = scheduler.history(processIn(request));
  if (!history.ok) return history;
  const slot = request.path("slot");
  const assignment = /^\d+$/.test(slot) ? history.value[Number(slot)] : undefined;
  if (assignment === undefined) return fail({ reason: "slot-unknown", slot });
  const { process, nonce } = assignment;
  const raw = await compute.resultAt(process, nonce);
  return raw.ok ? json({ process, slot: nonce, raw: raw.value }) : raw;
}

async function dryRun(
  request: UnitRequest,
  { compute, intake }: Parts,
): Promise<Result<Answer, NetworkFailure>> {
  const message = await dryRunOf(request, intake);
  if (!message.ok) return message;
  const raw = await compute.dryRun(processIn(request), message.value);
  return raw.ok ? json({ raw: raw.value }) : raw;
}

/** The tags stand in the path. Who signed the request is the owner; one that is not signed has none. */
async function dryRunOf(
  request: UnitRequest,
  intake: Intake,
): Promise<Result<DryRun, NetworkFailure>> {
  const unsigned = {
    Id: "1234",
    Owner: "1234",
    From: undefined,
    Target: processIn(request),
    Anchor: "0",
    Data: "1984",
    Tags: [...new URLSearchParams(request.path("tags"))].map(([name, value]) => ({ name, value })),
  };
  if (request.header("codec-device") === "") return ok(unsigned);
  const item = await signedItem(request, intake);
  if (!item.ok) return item;
  const { id, owner, data } = item.value;
  return ok({ ...unsigned, Id: id, Owner: owner, Data: Buffer.from(data).toString("utf8") });
}

/** A text is answered as it is, any other value as JSON. */
async function state(
  request: UnitRequest,
  { compute }: Parts,
): Promise<Result<Answer, NetworkFailure>> {
  const exposed = await compute.exposed(processIn(request));
  if (!exposed.ok) return exposed;
  const key = decodeURIComponent(request.path("key"));
  const value = exposedAt(exposed.value, key);
  if (value === undefined) return fail({ reason: "key-unknown", key });
  return typeof value === "string" ? text(value) : json(value);
}

async function signedItem(
  request: UnitRequest,
  intake: Intake,
): Promise<Result<Item, NetworkFailure>> {
  // Without it a node reads the body as an HTTP-signed message.
  if (request.header("codec-device") !== "ans104@1.0") return fail({ reason: "codec-missing" });
  const body = await request.body();
  return body.ok ? intake.read(body.value) : body;
}

/** An item that was posted before has its slot already. */
async function take(
  item: Item,
  { scheduler, intake, conditions }: Parts,
): Promise<Result<Taken, NetworkFailure>> {
  const mayRepeat = conditions.now().repeatTakesSlot;
  const known = mayRepeat ? undefined : scheduler.assignmentOf(item.id);
  if (known !== undefined) return ok({ item, assignment: known });
  const taken = await intake.take(item, { mayRepeat });
  if (taken.ok || taken.failure.reason !== "message-exists") return taken;
  // Two posts at once: the other one was first.
  return ok({ item, assignment: scheduler.assignmentOf(item.id) });
}

/** Slots with their messages, both ends included, in the format `application/aos-2` of HyperBEAM's scheduler. */
function schedule(request: UnitRequest, { scheduler }: Parts): Result<Answer, NetworkFailure> {
  const history = scheduler.history(processIn(request));
  if (!history.ok) return history;
  const [from, to] = [request.query("from"), request.query("to")];
  const slots = history.value.filter(
    ({ nonce }) => (from === "" || nonce >= Number(from)) && (to === "" || nonce <= Number(to)),
  );
  const page = slots.slice(0, slotsInPage);
  return json({
    page_info: { process: processIn(request), has_next_page: page.length < slots.length },
    edges: page.map((assignment) => ({ cursor: assignment.nonce, node: nodeOf(assignment) })),
  });
}

const slotsInPage = 1000;

function nodeOf({ item, process, nonce, timestampMs }: Assignment): object {
  const tags = { Process: process, Slot: String(nonce), Timestamp: String(timestampMs) };
  return {
    message: {
      Id: item.id,
      Owner: item.owner,
      From: item.owner,
      Target: item.target,
      Anchor: item.anchor,
      Tags: item.tags,
      Data: Buffer.from(item.data).toString("utf8"),
    },
    assignment: { Tags: Object.entries(tags).map(([name, value]) => ({ name, value })) },
  };
}

const devices = {
  device: "process@1.0",
  "scheduler-device": "scheduler@1.0",
  "push-device": "push@1.0",
  "execution-device": "genesis-wasm@1.0",
} as const;

/** Names are compared in lower case, so a tag in other capitals is a second value: a process that cannot run. */
function wrongDevice({ tags }: Item): NetworkFailure | undefined {
  for (const [name, device] of Object.entries(devices)) {
    const found = tags.filter((tag) => tag.name.toLowerCase() === name);
    const values = found.map(({ value }) => value).join(", ");
    if (values !== device) return { reason: "device-wrong", name, values };
  }
  return undefined;
}

function processIn(request: UnitRequest): string {
  return request.path("process").replace(/~process@1\.0$/, "");
}
