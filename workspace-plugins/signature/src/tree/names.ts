import type { ListingFailure } from "../failure.ts";
import type { Result } from "../result.ts";
import type { Block } from "./block.ts";
import type { Notes } from "./notes.ts";
import type { FolderWork } from "./survey-folder.ts";

/** Which names of a tree count, as one asks for them: the folders to begin with, and those that follow from what was found. */
export type Names = {
  readonly scheme: Notes["scheme"];
  readonly works: readonly FolderWork[];
  /** The folders to be read next, after the blocks of a pass; decides what was left undecided in them. */
  readonly next: (
    blocks: readonly Block[],
  ) => Promise<Result<readonly FolderWork[], ListingFailure>>;
  /** What decided, to be compared the next time. */
  readonly notes: () => Promise<Notes>;
};
