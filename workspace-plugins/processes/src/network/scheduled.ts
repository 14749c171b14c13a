import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { UnitFailure } from "../failure.ts";
import type { Scheduled } from "./network.ts";
import { Moment, Tag } from "./tag.ts";
import { readShaped } from "./units.ts";
import type { Units } from "./units.ts";

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
        assignment: z
          .object({ tags: z.array(Tag) })
          .transform(({ tags }) =>
            Number(tags.find(({ name }) => name === "Timestamp")?.value ?? 0),
          )
          .pipe(Moment),
      }),
    }),
  ),
});

const pageSize = 500;
const mostPages = 40;

/** What a scheduler unit lists of a process since a moment, oldest first. */
export async function listHistory(
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
  assignment: at,
}: z.output<typeof History>["edges"][number]["node"]): Scheduled {
  const { id, owner, tags } = message;
  return { id, from: owner.address, at, tags };
}
