import { expect, test } from "vitest";
import { newestOf, versionOf } from "./versions.ts";
import type { Language } from "../package-name.ts";

function newest(current: string, tags: readonly string[], language: Language = "javascript") {
  const version = versionOf(current, language);
  if (version === undefined) throw new Error(current);
  const { wanted, latest } = newestOf(version, tags, language);
  return [wanted, latest];
}

test("wanted is the newest that is compatible, latest the newest of all", () => {
  const tags = ["1.9.0", "1.10.0", "2.0.0", "0.1.0", "latest", "1.2.0"];
  expect(newest("1.2.0", tags)).toEqual(["1.10.0", "2.0.0"]);
  expect(newest("2.0.0", tags)).toEqual(["2.0.0", "2.0.0"]);
});

test("below version one each second number may break", () => {
  expect(newest("0.1.0", ["0.1.5", "0.2.0"])).toEqual(["0.1.5", "0.2.0"]);
  expect(newest("0.1", ["0.1.5", "0.2"], "python")).toEqual(["0.1.5", "0.2"]);
});

test("what is not released is for those that have such a version already", () => {
  const tags = ["1.1.0", "1.2.0-rc.1"];
  expect(newest("1.0.0", tags)).toEqual(["1.1.0", "1.1.0"]);
  expect(newest("1.2.0-beta.1", tags)).toEqual(["1.2.0-rc.1", "1.2.0-rc.1"]);
  expect(newest("1.0", ["1.1", "1.2rc1", "1.2.dev3"], "python")).toEqual(["1.1", "1.1"]);
});

test("Python's versions are ordered as PEP 440 has it", () => {
  const tags = ["1.0.post1", "1.0.10", "1.0.9"];
  expect(newest("1.0", tags, "python")).toEqual(["1.0.10", "1.0.10"]);
  expect(newest("1.0.10", ["1.0.10.post1"], "python")).toEqual(["1.0.10.post1", "1.0.10.post1"]);
});

test("a tag that is a date or a major alone is no newer version of one with more numbers", () => {
  expect(newest("1.0", ["20260101", "2"], "python")).toEqual(["1.0", "1.0"]);
});

test.each(["latest", "main", `aigogo-${"0".repeat(64)}`])("%s is no version", (tag) => {
  expect(versionOf(tag, "python")).toBeUndefined();
  expect(versionOf(tag, "javascript")).toBeUndefined();
});
