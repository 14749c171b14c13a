import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { exists } from "@slipway/signature";
import { expect, it } from "vitest";
import type { Member } from "./archive.ts";
import type { BuildReason } from "./ingredients.ts";
import { nameFiles, writeSources } from "./source-files.ts";

const changed: BuildReason = {
  kind: "ingredient-changed",
  ingredient: "extension 1",
  before: "a",
  now: "b",
};
const file = (name: string, text = "", executable = false): Member => ({
  name,
  executable,
  bytes: Buffer.from(text),
});
const rowOf = (members: readonly Member[]) => ({ "extension 1": { folder: "/home/me", members } });

/** What is told of a row that was built from `before`. */
async function check(
  before: readonly Member[],
  now: readonly Member[],
  expected: readonly string[] | undefined,
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-sources-"));
  try {
    await writeSources(folder, rowOf(before));
    const [reason] = await nameFiles([changed], folder, rowOf(now));
    const files = reason?.kind === "ingredient-changed" ? reason.files : undefined;
    expect(files?.map((one) => `${one.file} ${one.change}`)).toEqual(expected);
  } finally {
    await rm(folder, { recursive: true });
  }
}

it("tells a file that has come, one that has gone, and one with another content", async () => {
  await check(
    [file("act/a", "1"), file("act/b")],
    [file("act/a", "2"), file("act/c")],
    ["/home/me/act/a changed", "/home/me/act/b gone", "/home/me/act/c new"],
  );
});

it("tells another mode, and where a link leads now", async () => {
  await check(
    [file("a"), { name: "b", linkTarget: "x" }],
    [file("a", "", true), { name: "b", linkTarget: "y" }],
    ["/home/me/a changed", "/home/me/b changed"],
  );
});

it("keeps no names of a row with more files than anybody reads", async () => {
  const many = Array.from({ length: 1001 }, (_, at) => file(String(at)));
  await check(many, [file("a")], undefined);
});

it("leaves a layout without rows as it is", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-sources-"));
  try {
    await writeSources(folder, {});
    expect(await exists(path.join(folder, "sources.json"))).toBe(false);
    expect(await nameFiles([changed], folder)).toEqual([changed]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
