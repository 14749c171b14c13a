import type { At } from "./located.ts";

/** What is not in the imported file as it was in the one that it came from. */
export type ImportNote = At & {
  /**
   * `kept`: for its own provider alone, as it was. `changed`: said by other means. `lost`: nowhere in the imported file.
   */
  readonly outcome: "kept" | "changed" | "lost";
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
};

export type TellNote = (note: ImportNote) => void;

export type ImportOptions = {
  /** Where it is rendered to again. */
  readonly file: string;
  readonly project: string;
  /** Ids of jobs that are kept whole, as something of them cannot be said in whatever words. */
  readonly whole: ReadonlySet<string>;
};
