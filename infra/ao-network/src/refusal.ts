import type { NetworkFailure } from "./failure.ts";

type Refusal = { readonly status: number; readonly error: string };

/** What a unit answers when it refuses; the words are those of the real units where they are known. */
const refusals: {
  readonly [Reason in NetworkFailure["reason"]]: (
    failure: Extract<NetworkFailure, { reason: Reason }>,
  ) => Refusal;
} = {
  "item-invalid": (f) => ({ status: 400, error: `Not an ANS-104 data item: ${f.detail}` }),
  "signature-invalid": (f) => ({ status: 400, error: `Invalid signature of data item ${f.id}` }),
  "protocol-missing": () => ({ status: 400, error: "Tag Data-Protocol must be ao" }),
  "type-unknown": (f) => ({ status: 400, error: `Tag Type must be Process or Message: ${f.type}` }),
  "module-unknown": (f) => ({ status: 400, error: `Module not found: ${f.module}` }),
  "scheduler-foreign": (f) => ({ status: 400, error: `Scheduler is not this one: ${f.scheduler}` }),
  "process-unknown": (f) => ({ status: 404, error: `Process not found: ${f.process}` }),
  "message-unknown": (f) => ({ status: 404, error: `Message not found: ${f.message}` }),
  "message-exists": () => ({ status: 400, error: "Message already exists" }),
  "query-invalid": (f) => ({ status: 400, error: `Invalid query: ${f.detail}` }),
  "body-invalid": (f) => ({ status: 400, error: `Invalid body: ${f.detail}` }),
  "body-too-large": (f) => ({ status: 413, error: `Body larger than ${f.limitBytes} bytes` }),
  "evaluation-timeout": (f) => ({
    status: 500,
    error: `Evaluation took longer than ${f.timeoutMs} ms`,
  }),
  "evaluation-stopped": () => ({ status: 503, error: "The compute unit is stopping" }),
  "path-unknown": (f) => ({ status: 404, error: `Nothing at ${f.path}` }),
  "log-corrupt": (f) => ({ status: 500, error: `Log damaged: ${f.file}:${f.line}` }),
};

export function refusalOf(failure: NetworkFailure): Refusal {
  // One entry a reason, complete by type; TypeScript cannot relate the entry to the failure it was picked by.
  const refuse: (failure: never) => Refusal = refusals[failure.reason];
  return Reflect.apply(refuse, undefined, [failure]);
}
