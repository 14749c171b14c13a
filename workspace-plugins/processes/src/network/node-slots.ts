import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { UnitFailure } from "../failure.ts";
import type { Question, Units } from "./units.ts";

/** As a node lists the slots of a process in `application/aos-2`, the one format of its scheduler that is JSON. */
const Page = z.object({
  edges: z.array(
    z.object({
      cursor: z.coerce.number(),
      node: z.object({ message: z.looseObject({ Id: z.string() }) }),
    }),
  ),
});

const pageSlots = 1000;
const mostPages = 40;

/**
 * The first slot that an item has. A node gives each post of the same bytes a slot of its own, and runs the first
 * alone: what the others answer is empty. Looked for from the newest slot back, in pages, as what is looked for is
 * recent; `undefined` when it is not among the newest 40 000.
 */
export async function firstSlotOf(
  units: Units,
  {
    schedule,
    newest,
    item,
  }: { readonly schedule: string; readonly newest: number; readonly item: string },
): Promise<Result<number | undefined, UnitFailure>> {
  let first: number | undefined;
  for (let page = 0, to = newest; page < mostPages && to >= 0; page += 1, to -= pageSlots) {
    const from = Math.max(0, to - pageSlots + 1);
    const read = await readPage(
      units,
      `${schedule}?accept=application/aos-2&from=${from}&to=${to}`,
    );
    if (!read.ok) return read;
    const here = read.value.filter(({ id }) => id === item).map(({ slot }) => slot);
    if (here.length > 0) first = Math.min(...here);
    else if (first !== undefined) break;
  }
  return ok(first);
}

type Slot = { readonly slot: number; readonly id: string };

async function readPage(units: Units, url: string): Promise<Result<readonly Slot[], UnitFailure>> {
  const question: Question = { unit: "node", url };
  const answer = await units.ask(question);
  if (!answer.ok) return answer;
  const { status, text, header } = answer.value;
  const parsed = Page.safeParse(JSON.parse(text));
  if (parsed.success) {
    return ok(parsed.data.edges.map(({ cursor, node }) => ({ slot: cursor, id: node.message.Id })));
  }
  const contentType = header("content-type") ?? "";
  const start = text.slice(0, 80);
  return fail({
    reason: "unit-unreadable",
    unit: "node",
    method: "GET",
    url,
    status,
    contentType,
    start,
  });
}
