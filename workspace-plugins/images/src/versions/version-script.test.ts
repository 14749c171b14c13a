import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import type { Member } from "../archive.ts";
import { versionSourceOf } from "./version-script.ts";

const file = (name: string, text: string): Member => ({
  name: `definition/${name}`,
  bytes: Buffer.from(text),
});
const script = file("version.sh", "cat VERSION\n");
const of = (...members: readonly Member[]) => versionSourceOf(members);

test("of a version.sh alone it is the digest of its bytes, whatever installs the agent", () => {
  expect(of(script)).toBe(digestOf("cat VERSION\n"));
  expect(of(file("install.sh", "a"), script)).toBe(of(file("install.sh", "b"), script));
});

test("a file that version.sh may read counts", () => {
  expect(of(script, file("VERSION", "1"))).not.toBe(of(script));
  expect(of(script, file("VERSION", "1"))).not.toBe(of(script, file("VERSION", "2")));
});

test("line ends of another system change nothing", () => {
  expect(of(file("version.sh", "cat VERSION\r\n"))).toBe(of(script));
});
