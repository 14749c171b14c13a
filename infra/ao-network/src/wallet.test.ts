import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { openTemporaryFolder } from "./temporary-folder.ts";
import { addressOf, openUnitKey, seedWallet } from "./wallet.ts";

test("a wallet is generated once, 4096 bits, and readable by its owner only", async () => {
  await using folder = await openTemporaryFolder();
  const file = await seedWallet(folder.path);
  const text = await readFile(file, "utf8");
  const { n } = JSON.parse(text) as { n: string };
  expect(Buffer.from(n, "base64url").byteLength).toBe(512);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await seedWallet(folder.path);
  expect(await readFile(file, "utf8")).toBe(text);
});

test("a unit's key keeps its address and signs the same bytes alike", async () => {
  await using folder = await openTemporaryFolder();
  const file = path.join(folder.path, "key.json");
  const key = await openUnitKey(file);
  const again = await openUnitKey(file);
  expect(again.address).toBe(key.address);
  expect(addressOf(key.publicKey)).toBe(key.address);
  expect(key.sign(Buffer.from("x"))).toEqual(again.sign(Buffer.from("x")));
});
