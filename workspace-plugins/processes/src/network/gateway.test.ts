import { expect, test } from "vitest";
import { openGateway } from "./gateway.ts";
import { openUnits } from "./units.ts";

test("a list that does not end is given up, and each page is asked for once", async () => {
  let pages = 0;
  const units = openUnits({
    fetch: async () => {
      pages += 1;
      const edges = [{ cursor: `${pages}`, node: { id: `${pages}`, tags: [] } }];
      return Response.json({ data: { transactions: { pageInfo: { hasNextPage: true }, edges } } });
    },
    signal: new AbortController().signal,
    counted: () => undefined,
    limits: { requestMs: 1000, retryMs: [], busyMs: 10 },
  });
  const gateway = openGateway("http://127.0.0.1:4", "owner", units);
  expect(await gateway.itemsTagged([])).toMatchObject({
    failure: { reason: "unit-unreachable", problem: "its list does not end within 1000 pages" },
  });
  expect(pages).toBe(1000);
});
