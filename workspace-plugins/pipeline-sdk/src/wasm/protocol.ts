export type WasmAsked = {
  readonly module: WebAssembly.Module;
  /** Handshake, Detect */
  readonly method: string;
  readonly request: Uint8Array;
  /** Of the handshake: a JSON object, or empty. */
  readonly settings: string;
  readonly files: readonly string[];
  readonly root: string;
  readonly largestAnswerBytes: number;
};

export type WasmAnswered = {
  /** Of its exit. */
  readonly code: number;
  readonly answer: Uint8Array;
  readonly log: string;
};
