import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { UnitFailure } from "../failure.ts";
import type { Gateway, Transaction } from "./network.ts";
import { withoutSlash } from "./site.ts";
import type { Units } from "./units.ts";

const Found = z.object({
  data: z.object({
    transactions: z.object({
      edges: z.array(
        z.object({
          node: z.object({
            id: z.string(),
            tags: z.array(z.object({ name: z.string(), value: z.string() })),
            recipient: z.string().nullish(),
            block: z.object({ timestamp: z.number() }).nullish(),
          }),
        }),
      ),
    }),
  }),
});

const byTags = `query ($owners: [String!], $tags: [TagFilter!]) {
  transactions(owners: $owners, tags: $tags, first: 100, sort: HEIGHT_DESC) {
    edges { node { id tags { name value } recipient block { timestamp } } }
  }
}`;

const byId = `query ($ids: [ID!]!) {
  transactions(ids: $ids) { edges { node { id tags { name value } recipient block { timestamp } } } }
}`;

/** Blocks tell their time in seconds. */
function transactionOf({
  node,
}: z.output<typeof Found>["data"]["transactions"]["edges"][number]): Transaction {
  const { id, tags, recipient, block } = node;
  const seconds = block?.timestamp;
  return {
    id,
    tags,
    recipient: recipient ?? "",
    at: seconds === undefined ? undefined : seconds * 1000,
  };
}

/** GraphQL, and the data of items by their ids. */
export function openGateway(address: string, owner: string, units: Units): Gateway {
  const gateway = withoutSlash(address);
  const search = async (
    query: string,
    variables: object,
  ): Promise<Result<readonly Transaction[], UnitFailure>> => {
    const url = `${gateway}/graphql`;
    const answer = await units.ask({
      unit: "gateway",
      url,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    if (!answer.ok) return answer;
    const { status, text, header } = answer.value;
    const found = Found.safeParse(JSON.parse(text));
    if (found.success) return ok(found.data.data.transactions.edges.map(transactionOf));
    const contentType = header("content-type") ?? "";
    const start = text.slice(0, 80);
    const asked = { unit: "gateway", method: "POST", url } as const;
    return fail({ reason: "unit-unreadable", ...asked, status, contentType, start });
  };
  return {
    itemsTagged: (tags) => search(byTags, { owners: [owner], tags }),
    itemTagsOf: async (id) => {
      const found = await search(byId, { ids: [id] });
      return found.ok ? ok(found.value.find((each) => each.id === id)?.tags) : found;
    },
    itemData: async (id) => {
      const answer = await units.ask({
        unit: "gateway",
        url: `${gateway}/${id}`,
        reads: "text",
        accepts: ({ status }) => status === 404 || status === 400,
      });
      if (!answer.ok) return answer;
      return ok(answer.value.status < 300 ? answer.value.text : undefined);
    },
  };
}
