/** What an engine, or its absence, can make go wrong. `detail` is the engine's own words. */
export type EngineFailure =
  | { readonly reason: "engine-absent"; readonly endpoint: string; readonly detail: string }
  | {
      readonly reason: "engine-refused";
      readonly operation: string;
      readonly status: number | undefined;
      readonly detail: string;
    }
  /** Where the engine keeps its data, or where its steps write. */
  | {
      readonly reason: "engine-disk-full";
      readonly operation: string;
      readonly detail: string;
      /** Of a build. */
      readonly logFile?: string;
    }
  | { readonly reason: "engine-lost"; readonly operation: string; readonly detail: string }
  | { readonly reason: "engine-timeout"; readonly operation: string; readonly timeoutMs: number }
  | { readonly reason: "engine-interrupted"; readonly operation: string }
  | { readonly reason: "engine-unclear"; readonly operation: string; readonly detail: string }
  | {
      readonly reason: "build-failed";
      readonly detail: string;
      /** The last lines that the steps wrote. */
      readonly output: readonly string[];
      readonly logFile: string;
    }
  | {
      readonly reason: "container-differs";
      readonly setting: string;
      readonly asked: string;
      readonly got: string;
    };

/** Engines tell a full disk in the words of the system, inside of a sentence of their own. */
export function isDiskFull(detail: string): boolean {
  return /no space left on device|disk quota exceeded/i.test(detail);
}
