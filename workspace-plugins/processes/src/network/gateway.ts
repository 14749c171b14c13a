import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { UnitFailure } from "../failure.ts";
import type { Gateway, Listed, Transaction } from "./network.ts";
import { withoutSlash } from "./site.ts";
import type { Units } from "./units.ts";

const Found = z.object({
  data: z.object({
    transactions: z.object({
      pageInfo: z.object({ hasNextPage: z.boolean() }),
      edges: z.array(
        z.object({
          cursor: z.string(),
          node: z.object({
            id: z.string().regex(/^[A-Za-z0-9_-]+$/),
            tags: z.array(z.object({ name: z.string(), value: z.string() })),
            recipient: z.string().nullish(),
            block: z.object({ timestamp: z.number().min(0).max(8.64e12) }).nullish(),
          }),
        }),
      ),
    }),
  }),
});

const listed = `{
    pageInfo { hasNextPage }
    edges { cursor node { id tags { name value } recipient block { timestamp } } }
  }`;

const byTags = `query ($owners: [String!], $tags: [TagFilter!], $after: String) {
  transactions(owners: $owners, tags: $tags, first: 100, after: $after, sort: HEIGHT_DESC) ${listed}
}`;

const sentTo = `query ($owners: [String!], $recipients: [String!], $tags: [TagFilter!], $after: String) {
  transactions(owners: $owners, recipients: $recipients, tags: $tags, first: 100, after: $after, sort: HEIGHT_DESC) ${listed}
}`;

const byId = `query ($ids: [ID!]!, $after: String) {
  transactions(ids: $ids, after: $after) ${listed}
}`;

/** A hundred thousand items: no owner has as many in one environment. */
const mostPages = 1000;

/** A thousand evaluations: who reads of them needs no more to see that they are many. */
const mostEvaluationPages = 10;

type Page = z.output<typeof Found>["data"]["transactions"];

/** Blocks tell their time in seconds. */
function transactionOf({ node }: Page["edges"][number]): Transaction {
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
  const url = `${gateway}/graphql`;
  const pageOf = async (query: string, variables: object): Promise<Result<Page, UnitFailure>> => {
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
    if (found.success) return ok(found.data.data.transactions);
    const contentType = header("content-type") ?? "";
    const start = text.slice(0, 80);
    const asked = { unit: "gateway", method: "POST", url } as const;
    return fail({ reason: "unit-unreadable", ...asked, status, contentType, start });
  };
  const list = async (
    query: string,
    variables: object,
    until: { readonly pages: number; readonly isLast?: (item: Transaction) => boolean },
  ): Promise<Result<Listed, UnitFailure>> => {
    const { isLast = () => false } = until;
    const items: Transaction[] = [];
    let after: string | undefined;
    for (let pages = 0; pages < until.pages; pages += 1) {
      const page = await pageOf(query, { ...variables, after });
      if (!page.ok) return page;
      const { edges, pageInfo } = page.value;
      const here = edges.map(transactionOf);
      items.push(...here);
      const last = edges.at(-1)?.cursor;
      const isEnded = !pageInfo.hasNextPage || last === undefined || here.some(isLast);
      if (isEnded) return ok({ items, isEnded });
      after = last;
    }
    return ok({ items, isEnded: false });
  };
  const search = async (
    query: string,
    variables: object,
  ): Promise<Result<readonly Transaction[], UnitFailure>> => {
    const found = await list(query, variables, { pages: mostPages });
    if (!found.ok) return found;
    if (found.value.isEnded) return ok(found.value.items);
    const problem = `its list does not end within ${mostPages} pages`;
    return fail({ reason: "unit-unreachable", unit: "gateway", method: "POST", url, problem });
  };
  return {
    itemsTagged: (tags) => search(byTags, { owners: [owner], tags }),
    evaluationsIn: (process, isLast) => {
      const tags = [{ name: "Action", values: ["Eval"] }];
      const asked = { owners: [owner], recipients: [process], tags };
      return list(sentTo, asked, { pages: mostEvaluationPages, isLast });
    },
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
