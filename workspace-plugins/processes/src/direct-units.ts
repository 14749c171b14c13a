import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import { endpoint, graphqlOf } from "./endpoints.ts";
import type { UnitFailure } from "./failure.ts";
import type { AoNetwork, Site } from "./network.ts";
import { unitFailureOf } from "./units.ts";
import type { Units } from "./units.ts";

const Found = z.object({
  data: z.object({
    transactions: z.object({ edges: z.array(z.object({ node: z.object({ id: z.string() }) })) }),
  }),
});

const findProcesses = `query ($owners: [String!], $tags: [TagFilter!]) {
  transactions(owners: $owners, tags: $tags, first: 10, sort: HEIGHT_DESC) {
    edges { node { id } }
  }
}`;

type Direct = Pick<AoNetwork, "post" | "isProcessKnown" | "isAssigned" | "processesTagged">;

/** What the client does not offer, or offers only with a scheduler of its own choice. */
export function directUnits(site: Site, owner: string, units: Units): Direct {
  const postJson = async (url: string, value: unknown): Promise<unknown> => {
    const headers = { "Content-Type": "application/json" };
    const response = await units.fetch(url, {
      method: "POST",
      headers,
      body: JSON.stringify(value),
    });
    return response.json();
  };
  const isKnown = (path: string): Promise<Result<boolean, UnitFailure>> =>
    attempt("ask the scheduler unit", async () => {
      const url = `${endpoint(site.su)}/${path}`;
      const response = await units.fetch(url, {}, (status) => status === 404 || status === 400);
      return response.ok;
    });
  return {
    post: (item) =>
      attempt("post a signed item", async () => {
        const headers = { "Content-Type": "application/octet-stream", Accept: "application/json" };
        const body = Buffer.from(item.raw);
        await units.fetch(endpoint(site.mu), { method: "POST", headers, body });
      }),
    isProcessKnown: (process) => isKnown(`processes/${process}`),
    isAssigned: (process, message) => isKnown(`${message}?process-id=${process}`),
    processesTagged: (tags) =>
      attempt("search for processes", async () => {
        const filters = [{ name: "Type", value: "Process" }, ...tags].map((tag) => ({
          name: tag.name,
          values: [tag.value],
        }));
        const variables = { owners: [owner], tags: filters };
        const found = Found.parse(
          await postJson(graphqlOf(site), { query: findProcesses, variables }),
        );
        return found.data.transactions.edges.map(({ node }) => node.id);
      }),
  };
}

async function attempt<Value>(
  step: string,
  ask: () => Promise<Value>,
): Promise<Result<Value, UnitFailure>> {
  try {
    return ok(await ask());
  } catch (error) {
    return fail(unitFailureOf(step, error));
  }
}
