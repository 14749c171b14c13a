/** What is told of each: the plugin's name, and the last lines of its log. */
type Told = { readonly plugin: string; readonly log: readonly string[] };

/** A plugin that did not do what the protocol asks of it. `during` is what it was asked: Handshake, Generate. */
export type PluginFailure = Told &
  (
    | { readonly reason: "plugin-not-started"; readonly program: string; readonly detail: string }
    | {
        readonly reason: "plugin-ended";
        readonly during: string;
        readonly code: number | undefined;
        readonly signal: string | undefined;
      }
    /** It wrote to standard output, which belongs to the protocol. */
    | { readonly reason: "plugin-output-stray"; readonly during: string; readonly text: string }
    | { readonly reason: "plugin-late"; readonly during: string; readonly limitMs: number }
    | { readonly reason: "plugin-call-stopped"; readonly during: string }
    | {
        readonly reason: "plugin-message-too-large";
        readonly during: string;
        readonly what: "request" | "answer";
        readonly sizeBytes: number;
        readonly limitBytes: number;
      }
    | { readonly reason: "plugin-answer-broken"; readonly during: string; readonly detail: string }
    | {
        readonly reason: "plugin-call-failed";
        readonly during: string;
        readonly status: number;
        readonly message: string;
      }
    | {
        readonly reason: "plugin-protocol-unknown";
        readonly ours: readonly [number, number];
        readonly theirs: readonly [number, number];
      }
    /** It calls itself other than it was found as. */
    | { readonly reason: "plugin-name-other"; readonly name: string }
    | { readonly reason: "plugin-info-invalid"; readonly problems: readonly string[] }
  );
