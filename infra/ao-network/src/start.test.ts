import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { StoppedEarly, startNetwork } from "./start.ts";
import { openTemporaryFolder } from "./temporary-folder.ts";

test("a network that is told to stop before it is ready ends, and one that was told before does not begin", async () => {
  await using folder = await openTemporaryFolder();
  const stopping = new AbortController();
  const options = { signal: stopping.signal };
  const starting = startNetwork(folder.path, options);
  stopping.abort();
  await expect(starting).rejects.toThrow(StoppedEarly);
  await expect(startNetwork(folder.path, options)).rejects.toThrow(StoppedEarly);
  expect(await readdir(folder.path)).toEqual([]);
});
