import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { UnitFailure } from "../failure.ts";
import type { Scheduled } from "./network.ts";
import { Moment, Tag } from "./tag.ts";
import { readShaped } from "./units.ts";
import type { Units } from "./units.ts";

/** As a node lists the slots of a process in `application/aos-2`, the one format of its scheduler that is JSON. */
const Page = z.object({
  edges: z.array(
    z.object({
      cursor: z.coerce.number(),
      node: z.object({
        message: z.looseObject({
          Id: z.string(),
          /** The address that signed. */
          Owner: z.string().default(""),
          Tags: z.array(Tag).default([]),
        }),
        assignment: z
          .looseObject({ Tags: z.array(Tag).default([]) })
          .default({ Tags: [] })
          .transform(({ Tags }) =>
            Number(Tags.find(({ name }) => name.toLowerCase() === "timestamp")?.value ?? 0),
          )
          .pipe(Moment),
      }),
    }),
  ),
});

type Slot = { readonly slot: number } & Scheduled;

export type Slots = {
  /** Where the node lists them. */
  readonly schedule: string;
  readonly newest: number;
};

const pageSlots = 1000;
const mostPages = 40;

/**
 * The first slot that an item has. A node gives each post of the same bytes a slot of its own, and runs the first
 * alone: what the others answer is empty. `undefined` when it is not among the newest 40 000.
 */
export async function firstSlotOf(
  units: Units,
  slots: Slots,
  item: string,
): Promise<Result<number | undefined, UnitFailure>> {
  let first: number | undefined;
  for await (const page of pagesBack(units, slots)) {
    if (!page.ok) return page;
    const here = page.value.filter(({ id }) => id === item).map(({ slot }) => slot);
    if (here.length > 0) first = Math.min(...here);
    else if (first !== undefined) break;
  }
  return ok(first);
}

/** What a process was sent since a moment by the node's clock, oldest first; of a repeated item the slot that ran. */
export async function slotsSince(
  units: Units,
  slots: Slots,
  since: Date,
): Promise<Result<readonly Scheduled[], UnitFailure>> {
  const all: Slot[] = [];
  for await (const page of pagesBack(units, slots)) {
    if (!page.ok) return page;
    all.push(...page.value);
    if (page.value.some(({ at }) => at < since.getTime())) break;
  }
  const byId = new Map<string, Slot>();
  for (const slot of all.toSorted((a, b) => a.slot - b.slot)) {
    if (!byId.has(slot.id)) byId.set(slot.id, slot);
  }
  const recent = [...byId.values()].filter(({ at }) => at >= since.getTime());
  return ok(recent.map(({ id, from, at, tags }) => ({ id, from, at, tags })));
}

/** From the newest slot back, as what is looked for is recent. */
async function* pagesBack(
  units: Units,
  { schedule, newest }: Slots,
): AsyncGenerator<Result<readonly Slot[], UnitFailure>> {
  for (let page = 0, to = newest; page < mostPages && to >= 0; page += 1, to -= pageSlots) {
    const from = Math.max(0, to - pageSlots + 1);
    const url = `${schedule}?accept=application/aos-2&from=${from}&to=${to}`;
    const read = await readShaped(units, { unit: "node", url }, Page);
    yield read.ok ? ok(read.value.edges.map(slotOf)) : read;
  }
}

function slotOf({ cursor, node }: z.output<typeof Page>["edges"][number]): Slot {
  const { Id: id, Owner: from, Tags: tags } = node.message;
  return { slot: cursor, id, from, at: node.assignment, tags };
}
