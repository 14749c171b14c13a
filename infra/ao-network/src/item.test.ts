import path from "node:path";
import { expect, test } from "vitest";
import { signItem, verifyItem } from "./item.ts";
import { openTemporaryFolder } from "./temporary-folder.ts";
import { openUnitKey } from "./wallet.ts";

async function signed() {
  await using folder = await openTemporaryFolder();
  const key = await openUnitKey(path.join(folder.path, "key.json"));
  const content = {
    target: `${"t".repeat(42)}A`,
    anchor: "0".repeat(32),
    tags: [{ name: "Action", value: "Eval" }],
    data: "return 1",
  };
  return { key, content, item: await signItem(content, key) };
}

test("a signed item verifies and says what was signed, by whom", async () => {
  const { key, content, item } = await signed();
  const verified = await verifyItem(item.raw);
  expect(verified).toMatchObject({
    ok: true,
    value: { id: item.id, owner: key.address, target: content.target, anchor: content.anchor },
  });
  expect(item.tags).toEqual(content.tags);
  expect(Buffer.from(item.data).toString()).toBe(content.data);
});

test("the same content signed again is the same item", async () => {
  const { key, content, item } = await signed();
  expect((await signItem(content, key)).id).toBe(item.id);
});

test("a changed byte of the data breaks the signature", async () => {
  const { item } = await signed();
  const raw = Uint8Array.from(item.raw);
  raw[raw.byteLength - 1] = 0;
  const failure = { reason: "signature-invalid", id: item.id };
  expect(await verifyItem(raw)).toEqual({ ok: false, failure });
});

test.each([
  ["", "nothing"],
  ["text", "a text"],
  ["\u0001\u0000", "a header"],
])("%j is no item: %s", async (text) => {
  expect(await verifyItem(Buffer.from(text))).toMatchObject({ ok: false });
});
