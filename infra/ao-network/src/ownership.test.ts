import { expect, test } from "vitest";
import { takeOwnership } from "./ownership.ts";
import { openTemporaryFolder } from "./temporary-folder.ts";

test("a folder has one owner at a time", async () => {
  await using folder = await openTemporaryFolder();
  {
    using first = takeOwnership(folder.path);
    expect(first).toBeDefined();
    expect(takeOwnership(folder.path)).toBeUndefined();
  }
  using next = takeOwnership(folder.path);
  expect(next).toBeDefined();
});
