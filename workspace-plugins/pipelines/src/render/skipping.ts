import { create } from "@bufbuild/protobuf";
import { SkippingSchema } from "@slipway/pipeline-sdk/protocol";
import type { Skipping } from "@slipway/pipeline-sdk/protocol";
import type { Pipeline } from "../definition/pipeline.ts";

/** How jobs are left out in a run of this pipeline. `undefined`: none is. */
export function skippingOf({ skipping }: Pipeline, file: string): Skipping | undefined {
  if (skipping === undefined) return undefined;
  const { install, store = "native", secrets = [], timeout_minutes: timeoutMinutes = 5 } = skipping;
  const command = skipping.command ?? "slipway ci";
  const at = store === "native" ? folder : store;
  const which = file === "cig.toml" ? "" : ` ${shellWord(file)}`;
  return create(SkippingSchema, {
    install: install ?? "",
    decide: `${command} compute-signatures${which} --store ${shellWord(at)}`,
    record: `${command} record-success${which} --store ${shellWord(at)}`,
    secrets: [...secrets],
    folder: store === "native" ? folder : "",
    timeoutMinutes,
  });
}

/** Kept from run to run by the cache of the provider. */
const folder = ".slipway/job-successes";

function shellWord(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
