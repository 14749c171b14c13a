import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { Assignment } from "./assignment.ts";
import type { NetworkFailure } from "./failure.ts";
import { parseQuery } from "./graphql-query.ts";
import type { Field } from "./graphql-query.ts";
import { json } from "./route.ts";
import type { Route } from "./route.ts";
import { parseJsonBody } from "./json-body.ts";
import type { Module } from "./module.ts";
import type { Scheduler } from "./scheduler.ts";
import { tagValue } from "./tag.ts";
import type { Tag } from "./tag.ts";

const Body = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

const list = z.union([z.array(z.string()), z.string().transform((one) => [one])]).nullish();

const Search = z.strictObject({
  ids: list,
  owners: list,
  recipients: list,
  tags: z
    .array(
      z.strictObject({
        name: z.string(),
        values: z.array(z.string()),
        op: z.enum(["EQ", "NEQ"]).default("EQ"),
      }),
    )
    .nullish(),
  first: z.int().positive().max(100).nullish(),
  after: z.string().nullish(),
  sort: z.enum(["HEIGHT_ASC", "HEIGHT_DESC"]).nullish(),
});
type Search = z.output<typeof Search>;

/** A transaction in the shape of the Arweave gateways' GraphQL schema. */
type Transaction = {
  readonly id: string;
  readonly anchor: string;
  readonly signature: string;
  readonly recipient: string;
  readonly owner: { readonly address: string; readonly key: string };
  readonly data: { readonly size: string; readonly type: string | null };
  readonly tags: readonly Tag[];
  readonly block: {
    readonly id: string;
    readonly height: number;
    readonly timestamp: number;
    readonly previous: string;
  };
};

const defaultFirst = 10;

export function gatewayRoutes(parts: {
  readonly scheduler: Scheduler;
  readonly module: Module;
  readonly wasm: Uint8Array;
  /** Items that came later are not known here yet. */
  readonly knownUntilMs: () => number;
}): readonly Route[] {
  const { scheduler, module, wasm, knownUntilMs } = parts;
  const known = () => scheduler.all().filter(({ timestampMs }) => timestampMs <= knownUntilMs());
  return [
    { method: "GET", path: "/", answer: () => json({ unit: "gateway" }) },
    {
      method: "POST",
      path: "/graphql",
      kind: "graphql",
      answer: async (request) => {
        const bytes = await request.body();
        if (!bytes.ok) return bytes;
        const body = parseJsonBody(bytes.value, Body);
        if (!body.ok) return body;
        const data = query(body.value, () => transactionsOf(known(), module, wasm.byteLength));
        // GraphQL's own shape of an error.
        return data.ok ? json({ data: data.value }) : json(errorsOf(data.failure), 400);
      },
    },
    {
      method: "GET",
      path: "/:id",
      kind: "data",
      answer: (request) => {
        const id = request.path("id");
        if (id === module.id) return ok({ status: 200, body: wasm });
        const found = scheduler.assignmentOf(id);
        if (found === undefined || found.timestampMs > knownUntilMs())
          return fail({ reason: "message-unknown", message: id });
        return ok({ status: 200, body: found.item.data });
      },
    },
  ];
}

function query(
  body: z.output<typeof Body>,
  transactions: () => readonly Transaction[],
): Result<object, NetworkFailure> {
  const fields = parseQuery(body.query, body.variables ?? {});
  if (!fields.ok) return fields;
  const data: Record<string, unknown> = {};
  for (const field of fields.value) {
    const answer = answerField(field, transactions());
    if (!answer.ok) return answer;
    data[field.alias] = answer.value;
  }
  return ok(data);
}

function answerField(
  field: Field,
  transactions: readonly Transaction[],
): Result<unknown, NetworkFailure> {
  if (field.name === "transaction") {
    const found = transactions.find(({ id }) => id === field.arguments.get("id"));
    return ok(found === undefined ? null : select(found, field.selection));
  }
  if (field.name !== "transactions") {
    return fail({ reason: "query-invalid", detail: `no field ${field.name}` });
  }
  const search = Search.safeParse(Object.fromEntries(field.arguments));
  if (!search.success) {
    return fail({ reason: "query-invalid", detail: z.prettifyError(search.error) });
  }
  return ok(select(pageOf(transactions, search.data), field.selection));
}

function pageOf(transactions: readonly Transaction[], search: Search): object {
  const found = transactions.filter((transaction) => matches(transaction, search));
  const sorted = search.sort === "HEIGHT_ASC" ? found : found.toReversed();
  const after = sorted.findIndex(({ id }) => id === search.after);
  const rest = sorted.slice(after + 1);
  const page = rest.slice(0, search.first ?? defaultFirst);
  return {
    pageInfo: { hasNextPage: page.length < rest.length },
    count: String(found.length),
    edges: page.map((node) => ({ cursor: node.id, node })),
  };
}

function matches(transaction: Transaction, { ids, owners, recipients, tags }: Search): boolean {
  return (
    (ids?.includes(transaction.id) ?? true) &&
    (owners?.includes(transaction.owner.address) ?? true) &&
    (recipients?.includes(transaction.recipient) ?? true) &&
    (tags ?? []).every(({ name, values, op }) => {
      const has = transaction.tags.some((tag) => tag.name === name && values.includes(tag.value));
      return op === "EQ" ? has : !has;
    })
  );
}

function transactionsOf(
  assignments: readonly Assignment[],
  module: Module,
  sizeBytes: number,
): readonly Transaction[] {
  const published: Transaction = {
    id: module.id,
    anchor: "",
    signature: "",
    recipient: "",
    owner: { address: module.owner, key: "" },
    data: { size: String(sizeBytes), type: "application/wasm" },
    tags: module.tags,
    block: { id: module.id, height: 1, timestamp: 0, previous: "" },
  };
  return [published, ...assignments.map(transactionOf)];
}

function transactionOf({ item, blockHeight, timestampMs, hashChain }: Assignment): Transaction {
  return {
    id: item.id,
    anchor: item.anchor,
    signature: item.signature,
    recipient: item.target,
    owner: { address: item.owner, key: item.ownerKey },
    data: {
      size: String(item.data.byteLength),
      type: tagValue(item.tags, "Content-Type") ?? null,
    },
    tags: item.tags,
    block: {
      id: hashChain,
      height: blockHeight,
      timestamp: Math.floor(timestampMs / 1000),
      previous: "",
    },
  };
}

/** The selected fields of a value and no others, as a GraphQL server answers. */
function select(value: unknown, selection: readonly Field[]): unknown {
  if (Array.isArray(value)) return value.map((one) => select(one, selection));
  if (selection.length === 0 || typeof value !== "object" || value === null) return value;
  const fields = new Map<string, unknown>(Object.entries(value));
  return Object.fromEntries(
    selection.map(({ alias, name, selection: inner }) => [
      alias,
      select(fields.get(name) ?? null, inner),
    ]),
  );
}

function errorsOf(failure: NetworkFailure): object {
  const message = failure.reason === "query-invalid" ? failure.detail : failure.reason;
  return { errors: [{ message }] };
}
