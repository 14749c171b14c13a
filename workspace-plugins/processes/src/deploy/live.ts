import type { ProcessRecord } from "../record/record.ts";

/** Names one reading of one deployment. A write changes the record and so the name: no answer outlives it. */
export function liveQuestion(record: ProcessRecord): string {
  return `ao live ${record.process} ${record.state === "deployed" ? record.provenBy : record.state}`;
}
