import { expect, test } from "vitest";
import { idOfBytes, parseId } from "./id.ts";

test("an id is 43 characters of base64url whose unused bits are zero", () => {
  const id = idOfBytes(new Uint8Array(32).fill(7));
  expect(parseId(id)).toBe(id);
  expect(parseId("P".repeat(43))).toBeUndefined();
  expect(parseId("A".repeat(42))).toBeUndefined();
  expect(parseId(`${"A".repeat(42)}=`)).toBeUndefined();
});
