import { expect, test } from "vitest";
import { describeWanted, parseWanted } from "./version.ts";

test.for([
  ["22", "22"],
  ["v22.3.0", "22.3.0"],
  ["20.x", "20"],
  ["3.12.*", "3.12"],
  ["= 3.3.0", "3.3.0"],
  ["==3.12.*", "3.12"],
  ["3.10", "3.10"],
  ["3.4.0-preview1", "3.4.0-preview1"],
  ["3.14.0rc1", "3.14.0rc1"],
  [">=18.17 <21", ">=18.17"],
  [">=3.11,<4.0", ">=3.11"],
  ["^20.1.0", ">=20.1.0"],
  ["~> 3.2", ">=3.2"],
  ["~=3.11", ">=3.11"],
  ['"~> 3.2", "!= 3.2.1"', ">=3.2"],
  ["18 || 20 || >=22", ">=18"],
  ["20 - 22", ">=20"],
  [">=9 || >=10", ">=9"],
  ["<21", undefined],
  ["*", undefined],
  ["stable", undefined],
  ["nightly-2024-05-01", undefined],
  ["pypy3.10", undefined],
  ["2.7.0-p0", "2.7.0-p0"],
  ["22; rm 3", undefined],
  ["$(echo 22)", undefined],
  ["", undefined],
] as const)("%s asks for %s", ([text, expected]) => {
  const wanted = parseWanted(text);
  expect(wanted === undefined ? undefined : describeWanted(wanted)).toBe(expected);
});
