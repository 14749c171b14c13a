/**
 * What a target did to the world, for the table of a run. `unchanged`: the world already agreed.
 * `cause` is a kebab-case reason with its prose in the report package; `facts` are shown beside it.
 */
export type Outcome<Cause extends string = string> = {
  readonly state: "done" | "unchanged";
  readonly cause: Cause;
  readonly facts: Readonly<Record<string, string | number>>;
};

/** A place in a file: `offset` and `length` count UTF-16 code units of its text. */
export type Place = { readonly file: string; readonly offset: number; readonly length: number };
