import type { NetworkFailure } from "./failure.ts";

type Refusal = { readonly status: number; readonly error: string };

/** What a unit answers when it refuses; the words are those of the real units where they are known. */
const refusals = {
  "item-invalid": { status: 400, error: "Not an ANS-104 data item" },
  "signature-invalid": { status: 400, error: "Invalid signature of data item" },
  "protocol-missing": { status: 400, error: "Tag Data-Protocol must be ao" },
  "type-unknown": { status: 400, error: "Tag Type must be Process or Message" },
  "module-unknown": { status: 400, error: "Module not found" },
  "scheduler-foreign": { status: 400, error: "Scheduler is not of this network" },
  "process-unknown": { status: 404, error: "Process not found" },
  "process-read-only": { status: 403, error: "Process is read-only" },
  "process-refused": { status: 403, error: "Access denied" },
  "memory-absent": { status: 404, error: "Process has no memory" },
  "dry-runs-limited": { status: 429, error: "Rate limit exceeded" },
  "message-unknown": { status: 404, error: "Message not found" },
  "message-exists": { status: 400, error: "Message already exists" },
  "slot-unknown": { status: 404, error: "Requested slot not yet available in schedule" },
  "key-unknown": { status: 404, error: "Nothing was set at this key" },
  "codec-missing": { status: 400, error: "Header codec-device must be ans104@1.0" },
  "device-wrong": { status: 400, error: "Device of the process is not of this node" },
  "target-other": { status: 400, error: "The item is for another process" },
  "name-invalid": { status: 400, error: "A name is of a-z, 0-9 and -, 64 characters at most" },
  "state-unknown": { status: 404, error: "No state was saved by this name" },
  "query-invalid": { status: 400, error: "Invalid query" },
  "body-invalid": { status: 400, error: "Invalid body" },
  "body-too-large": { status: 413, error: "Body is larger than the limit in bytes" },
  "evaluation-timeout": { status: 500, error: "Evaluation took longer than the limit in ms" },
  "evaluation-failed": { status: 500, error: "Evaluation failed" },
  "evaluation-stopped": { status: 503, error: "The compute unit is stopping" },
  "path-unknown": { status: 404, error: "Nothing at this path" },
  "log-corrupt": { status: 500, error: "The log of assignments is damaged" },
} as const satisfies { readonly [Reason in NetworkFailure["reason"]]: Refusal };

export function refusalOf({ reason, ...facts }: NetworkFailure): Refusal {
  const { status, error } = refusals[reason];
  return { status, error: [error, ...Object.values(facts)].join(": ") };
}
