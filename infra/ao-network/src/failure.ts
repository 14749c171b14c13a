import type { EvaluationFailure } from "@slipway/aos";

/** What a client, the network's own state or the machine can cause. */
export type NetworkFailure =
  | { readonly reason: "item-invalid"; readonly detail: string }
  | { readonly reason: "signature-invalid"; readonly id: string }
  | { readonly reason: "protocol-missing" }
  | { readonly reason: "type-unknown"; readonly type: string | undefined }
  | { readonly reason: "module-unknown"; readonly module: string | undefined }
  | { readonly reason: "scheduler-foreign"; readonly scheduler: string | undefined }
  | { readonly reason: "process-unknown"; readonly process: string }
  | { readonly reason: "process-read-only"; readonly process: string }
  | { readonly reason: "process-refused"; readonly process: string }
  | { readonly reason: "memory-absent"; readonly process: string }
  | { readonly reason: "dry-runs-limited" }
  | { readonly reason: "message-unknown"; readonly message: string }
  | { readonly reason: "message-exists" }
  | { readonly reason: "slot-unknown"; readonly slot: string }
  | { readonly reason: "key-unknown"; readonly key: string }
  | { readonly reason: "codec-missing" }
  | { readonly reason: "device-wrong"; readonly name: string; readonly values: string }
  | { readonly reason: "target-other"; readonly target: string }
  | { readonly reason: "name-invalid"; readonly name: string }
  | { readonly reason: "state-unknown"; readonly name: string }
  | { readonly reason: "query-invalid"; readonly detail: string }
  | { readonly reason: "body-invalid"; readonly detail: string }
  | { readonly reason: "body-too-large"; readonly limitBytes: number }
  | EvaluationFailure
  | { readonly reason: "path-unknown"; readonly path: string }
  | { readonly reason: "log-corrupt"; readonly file: string; readonly line: number };
