import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { namesNear } from "@slipway/signature/names-near";
import type { DefinitionKind, Entry, SoundEntry } from "./entry.ts";
import type { CatalogueFailure } from "./failure.ts";

/** The entry of a name from a list of the catalogue, once nothing is wrong with it. */
export function selectEntry<Definition>(
  entries: readonly Entry<Definition>[],
  kind: DefinitionKind,
  name: string,
): Result<SoundEntry<Definition>, CatalogueFailure> {
  const entry = entries.find((each) => each.name === name);
  if (entry === undefined) {
    const known = entries.map((each) => each.name);
    return fail({
      reason: "definition-unknown",
      kind,
      name,
      known,
      near: namesNear([name], known),
    });
  }
  if (entry.state === "sound") return ok(entry);
  return fail({ reason: "definition-invalid", file: entry.file, problems: entry.problems });
}
