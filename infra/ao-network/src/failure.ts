/** What a client, the network's own state or the machine can cause. */
export type NetworkFailure =
  | { readonly reason: "item-invalid"; readonly detail: string }
  | { readonly reason: "signature-invalid"; readonly id: string }
  | { readonly reason: "protocol-missing" }
  | { readonly reason: "type-unknown"; readonly type: string | undefined }
  | { readonly reason: "module-unknown"; readonly module: string | undefined }
  | { readonly reason: "scheduler-foreign"; readonly scheduler: string | undefined }
  | { readonly reason: "process-unknown"; readonly process: string }
  | { readonly reason: "message-unknown"; readonly message: string }
  | { readonly reason: "message-exists" }
  | { readonly reason: "query-invalid"; readonly detail: string }
  | { readonly reason: "body-invalid"; readonly detail: string }
  | { readonly reason: "body-too-large"; readonly limitBytes: number }
  | { readonly reason: "evaluation-timeout"; readonly timeoutMs: number }
  | { readonly reason: "evaluation-failed"; readonly detail: string }
  | { readonly reason: "evaluation-stopped" }
  | { readonly reason: "path-unknown"; readonly path: string }
  | { readonly reason: "log-corrupt"; readonly file: string; readonly line: number };
