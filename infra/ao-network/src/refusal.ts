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
  "message-unknown": { status: 404, error: "Message not found" },
  "message-exists": { status: 400, error: "Message already exists" },
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
