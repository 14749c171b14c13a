import { readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { openTemporaryFolder } from "./temporary-folder.ts";
import { addressOf, openUnitKey, openWallets } from "./wallet.ts";

test("a wallet is made once on a machine, 4096 bits, and readable by its owner only", async () => {
  await using folder = await openTemporaryFolder();
  const pool = path.join(folder.path, "pool");
  const open = (state: string, name: string) =>
    openWallets(path.join(folder.path, state), pool).open(name);
  const wallet = await open("one", "default");
  const text = await readFile(wallet.file, "utf8");
  const { n } = JSON.parse(text) as { n: string };
  expect(Buffer.from(n, "base64url").byteLength).toBe(512);
  for (const file of [wallet.file, path.join(pool, "default.json")]) {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  }
  expect(await open("two", "default")).toMatchObject({ address: wallet.address });
  await rm(pool, { recursive: true });
  expect(await open("one", "default")).toEqual(wallet);
});

test("wallets of other names are other wallets, and are listed", async () => {
  await using folder = await openTemporaryFolder();
  const wallets = openWallets(folder.path, path.join(folder.path, "pool"));
  const [first, again, other] = await Promise.all(
    ["default", "default", "alice"].map((name) => wallets.open(name)),
  );
  expect(again).toEqual(first);
  expect(other?.address).not.toBe(first?.address);
  expect(await wallets.names()).toEqual(["default", "alice"]);
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
