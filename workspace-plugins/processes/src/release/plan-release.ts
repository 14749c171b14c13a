import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { PublishedFailure } from "./failure.ts";
import { specOf } from "./published.ts";
import type { Published } from "./published.ts";
import type { ReleaseStep } from "./step.ts";
import { isAhead, tagForPublish, usualTag } from "./tag.ts";
import type { WantedTag } from "./tag.ts";

export type WantedRelease = WantedTag & {
  readonly name: string;
  readonly version: string;
  /** Of the packed tarball. */
  readonly integrity: string;
};

/** What is left to do until the registry has exactly the packed tarball under the wanted tag. */
export function planRelease(
  wanted: WantedRelease,
  { asked, tags }: Published,
): Result<readonly ReleaseStep[], PublishedFailure> {
  const { version, integrity } = wanted;
  const spec = specOf(wanted.name, version);
  if (asked === undefined) return planPublish(wanted, tags);
  if (asked.integrity !== integrity) {
    const published = asked.integrity ?? "unknown";
    return fail({ reason: "version-differs", version: spec, packed: integrity, published });
  }
  if (asked.deprecated !== undefined)
    return fail({ reason: "version-withdrawn", version: spec, text: asked.deprecated });
  const tag = usualTag(version, wanted);
  const from = tags[tag];
  if (from === version || (isAhead(from, version) && !wanted.mayMoveBack)) return ok([]);
  return ok([{ step: "move-tag", tag, version, from }]);
}

function planPublish(
  wanted: WantedRelease,
  tags: Published["tags"],
): Result<readonly ReleaseStep[], PublishedFailure> {
  const { name, version } = wanted;
  const tag = tagForPublish(version, wanted, tags);
  if (tag !== undefined) return ok([{ step: "publish", version, tag }]);
  const usual = usualTag(version, wanted);
  return fail({
    reason: "tag-would-move-back",
    version: specOf(name, version),
    tag: usual,
    from: tags[usual] ?? "",
  });
}
