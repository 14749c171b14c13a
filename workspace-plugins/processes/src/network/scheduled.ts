import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { UnitFailure } from "../failure.ts";
import type { Schedule, Scheduled, Site } from "./network.ts";
import { withoutSlash } from "./site.ts";
import type { Question, Units } from "./units.ts";

/** A scheduler unit lists the history; a node is not asked, the gateway knows what processes were sent. */
export function openSchedule(site: Site, units: Units): Schedule {
  return {
    scheduledSince: async (process, since) =>
      site.mode === "legacy"
        ? listHistory({ units, su: withoutSlash(site.su), process }, since)
        : listSent({ units, gateway: withoutSlash(site.gateway), process }, since),
  };
}

const Tag = z.object({ name: z.string(), value: z.string() });

/** As the scheduler unit of the ao repository answers `GET /{process}`. */
const History = z.object({
  page_info: z.object({ has_next_page: z.boolean() }),
  edges: z.array(
    z.object({
      cursor: z.coerce.string(),
      node: z.object({
        message: z.object({
          id: z.string(),
          owner: z.object({ address: z.string() }),
          tags: z.array(Tag),
        }),
        assignment: z.object({ tags: z.array(Tag) }),
      }),
    }),
  ),
});

const pageSize = 500;
const mostPages = 40;

async function listHistory(
  { units, su, process }: { readonly units: Units; readonly su: string; readonly process: string },
  since: Date,
): Promise<Result<readonly Scheduled[], UnitFailure>> {
  const all: Scheduled[] = [];
  let from = String(since.getTime());
  for (let page = 0; page < mostPages; page += 1) {
    const url = `${su}/${process}?from=${from}&limit=${pageSize}`;
    const read = await readShaped(units, { unit: "su", url }, History);
    if (!read.ok) return read;
    const { edges, page_info: more } = read.value;
    all.push(...edges.map(({ node }) => scheduledOf(node)));
    from = edges.at(-1)?.cursor ?? from;
    if (!more.has_next_page) break;
  }
  return ok(all);
}

function scheduledOf({
  message,
  assignment,
}: z.output<typeof History>["edges"][number]["node"]): Scheduled {
  const timestamp = assignment.tags.find(({ name }) => name === "Timestamp")?.value;
  const { id, owner, tags } = message;
  return { id, from: owner.address, at: Number(timestamp ?? 0), tags };
}

const Sent = z.object({
  data: z.object({
    transactions: z.object({
      edges: z.array(
        z.object({
          node: z.object({
            id: z.string(),
            owner: z.object({ address: z.string() }),
            block: z.object({ timestamp: z.number() }).nullish(),
            tags: z.array(Tag),
          }),
        }),
      ),
    }),
  }),
});

const sentTo = `query ($recipients: [String!], $tags: [TagFilter!]) {
  transactions(recipients: $recipients, tags: $tags, first: 100, sort: HEIGHT_DESC) {
    edges { node { id owner { address } block { timestamp } tags { name value } } }
  }
}`;

/** The newest hundred evaluations. One that is in no block yet has just been sent. */
async function listSent(
  sent: { readonly units: Units; readonly gateway: string; readonly process: string },
  since: Date,
): Promise<Result<readonly Scheduled[], UnitFailure>> {
  const variables = {
    recipients: [sent.process],
    tags: [{ name: "Action", values: ["Eval"] }],
  };
  const read = await readShaped(
    sent.units,
    {
      unit: "gateway",
      url: `${sent.gateway}/graphql`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: sentTo, variables }),
    },
    Sent,
  );
  if (!read.ok) return read;
  const found = read.value.data.transactions.edges.map(({ node }) => ({
    id: node.id,
    from: node.owner.address,
    at: node.block === null || node.block === undefined ? Date.now() : node.block.timestamp * 1000,
    tags: node.tags,
  }));
  return ok(found.filter(({ at }) => at >= since.getTime()).toReversed());
}

async function readShaped<Shape extends z.ZodType>(
  units: Units,
  question: Question,
  shape: Shape,
): Promise<Result<z.output<Shape>, UnitFailure>> {
  const answer = await units.ask(question);
  if (!answer.ok) return answer;
  const { status, text, header } = answer.value;
  const parsed = shape.safeParse(JSON.parse(text));
  if (parsed.success) return ok(parsed.data);
  const { unit, url, method = "GET" } = question;
  const contentType = header("content-type") ?? "";
  const start = text.slice(0, 80);
  return fail({ reason: "unit-unreadable", unit, method, url, status, contentType, start });
}
