import { expect, test } from "vitest";
import { openGateway } from "./gateway.ts";
import { openUnits } from "./units.ts";

/** A gateway whose list never ends: each page has one item, with the number of the page. */
function openEndless() {
  let pages = 0;
  const units = openUnits({
    fetch: async (input, init) => {
      const asked = (await new Request(input, init).json()) as { variables: { after?: string } };
      if (Number(asked.variables.after ?? 0) !== pages) throw new Error("not the next page");
      pages += 1;
      const edges = [{ cursor: `${pages}`, node: { id: `${pages}`, tags: [] } }];
      return Response.json({ data: { transactions: { pageInfo: { hasNextPage: true }, edges } } });
    },
    signal: new AbortController().signal,
    counted: () => undefined,
    limits: { requestMs: 1000, retryMs: [], busyMs: 10 },
  });
  return { gateway: openGateway("http://127.0.0.1:4", "owner", units), pages: () => pages };
}

test("a list that does not end is given up, and each page is asked for once", async () => {
  const { gateway, pages } = openEndless();
  expect(await gateway.itemsTagged([])).toMatchObject({
    failure: { reason: "unit-unreachable", problem: "its list does not end within 1000 pages" },
  });
  expect(pages()).toBe(1000);
});

test.each([
  ["to the page that has ours", "3", { isEnded: true }, 3],
  ["and given up after ten pages", "11", { isEnded: false }, 10],
] as const)("evaluations are listed %s", async (_, ours, end, count) => {
  const { gateway, pages } = openEndless();
  const listed = await gateway.evaluationsIn("process", ({ id }) => id === ours);
  expect(listed).toMatchObject({ value: end });
  expect(listed.ok ? listed.value.items.map(({ id }) => id).at(-1) : undefined).toBe(`${count}`);
  expect(pages()).toBe(count);
});
