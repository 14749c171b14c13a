import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { newReproduceFolder, sweepReproduced } from "./reproduce-folders.ts";

it("removes what a killed process has left, and nothing of one that lives or of nobody", async () => {
  const root = await mkdtemp(path.join(tmpdir(), "slipway-reproduce-"));
  try {
    await sweepReproduced(root);
    const own = await newReproduceFolder(root);
    const place = path.dirname(own);
    // An id that no kernel gives.
    for (const name of ["99999999-x", "notes"]) await mkdir(path.join(place, name));
    await sweepReproduced(root);
    expect((await readdir(place)).toSorted()).toEqual([path.basename(own), "notes"].toSorted());
  } finally {
    await rm(root, { recursive: true });
  }
});
