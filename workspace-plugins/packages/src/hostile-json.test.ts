import { describe, expect, test } from "vitest";
import { parseLock } from "./lock.ts";
import { parseForeignManifest } from "./manifest.ts";

const integrity = `sha256:${"ab".repeat(32)}`;
const entry = { version: "1", integrity, source: "localhost/a/b:1", language: "python", files: [] };
const nested = `${"[".repeat(60_000)}${"]".repeat(60_000)}`;
const numbered = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, value]));

/** Reading them piece by piece, and each against all before it, takes minutes: far beyond the limit of a test. */
describe("JSON that somebody else wrote is read in time", () => {
  test("a lock of many packages, in bytes that are not ours", () => {
    const lock = parseLock(
      "aigogo.lock",
      JSON.stringify({ version: 1, packages: numbered(20_000, entry) }),
    );
    expect(lock.ok && lock.value.packages.length).toBe(20_000);
  });

  test("a lock with many keys that nobody knows, right or wrong", () => {
    const text = (version: number) =>
      JSON.stringify({ version, packages: {}, later: numbered(60_000, 0) });
    expect(parseLock("aigogo.lock", text(1))).toMatchObject({ ok: true });
    expect(parseLock("aigogo.lock", text(2))).toMatchObject({
      failure: { reason: "package-file-invalid", problems: [{ line: 1, column: 12 }] },
    });
  });

  test("a lock that is wrong in many places names the first", () => {
    const text = JSON.stringify({
      version: 1,
      packages: numbered(20_000, { ...entry, version: 1 }),
    });
    const read = parseLock("aigogo.lock", text);
    if (read.ok || read.failure.reason !== "package-file-invalid") throw new Error("was taken");
    expect(read.failure.problems.length).toBe(50);
  });

  test("what is nested deeper than any stack", () => {
    const lock = `{"version":1,"packages":{},"later":${nested}}`;
    expect(parseLock("aigogo.lock", lock)).toMatchObject({ ok: true });
    expect(parseLock("aigogo.lock", lock.replace("1", "2"))).toMatchObject({
      failure: { reason: "package-file-invalid" },
    });
    expect(parseForeignManifest("aigogo.json", `{"name":"a","x":${nested}}`)).toMatchObject({
      failure: { problems: [{ message: "nested too deep" }] },
    });
  });

  test("a manifest that is all numbers, and one that is too long to be read", () => {
    const manifest = (count: number) => `{"name":"a","x":[${"0,".repeat(count)}0]}`;
    expect(parseForeignManifest("aigogo.json", manifest(200_000))).toMatchObject({ ok: true });
    expect(parseForeignManifest("aigogo.json", manifest(1_000_000))).toMatchObject({
      failure: { problems: [{ message: "too long" }] },
    });
  });
});

test("a second key is found however it is written, and in whichever object", () => {
  const text = JSON.stringify({ version: 1, packages: { a: entry } }, undefined, 2);
  const twice = text.replace('"files": []', String.raw`"files": [], "v\u0065rsion": "2"`);
  expect(parseLock("aigogo.lock", twice)).toMatchObject({
    failure: { problems: [{ message: "keys must be unique", line: 9 }] },
  });
  const apart = text.replace('"files": []', '"files": [], "x": [{"a": 1}, {"a": 2}, ["a", "a"]]');
  expect(parseLock("aigogo.lock", apart)).toMatchObject({ ok: true });
});
