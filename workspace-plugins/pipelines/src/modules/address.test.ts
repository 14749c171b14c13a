import { describe, expect, test } from "vitest";
import { parseAddress, placeText } from "./address.ts";
import { allows, parseConstraint, parseVersion } from "./constraint.ts";

function read(text: string): string {
  const parsed = parseAddress(text);
  if ("message" in parsed) return `${parsed.column}: ${parsed.message}`;
  if (parsed.kind === "short") return `short ${parsed.name} ${parsed.constraint.text}`;
  const more = parsed.kind === "registry" ? ` ${parsed.name} ${parsed.constraint.text}` : "";
  return `${parsed.kind} ${placeText(parsed)}${more}`;
}

test.each([
  ["lang/ruby@~1.2", "short lang/ruby ~1.2"],
  ["lang/ruby", "short lang/ruby *"],
  ["registry.example/lang/ruby@1.2.3", "registry registry.example/lang/ruby lang/ruby 1.2.3"],
  [
    "localhost:5000/team/lang/ruby@>=1.1,<2",
    "registry localhost:5000/team/lang/ruby lang/ruby >=1.1,<2",
  ],
  [
    "github.com/user/repo//modules/x@v1.0.0",
    "git git+https://github.com/user/repo//modules/x@v1.0.0",
  ],
  [
    "git+https://git.example/user/repo//sub/dir@main",
    "git git+https://git.example/user/repo//sub/dir@main",
  ],
  ["git+ssh://git@git.example/user/repo@v1", "git git+ssh://git@git.example/user/repo@v1"],
  ["git+file:///srv/repo//a@feature/x", "git git+file:///srv/repo//a@feature/x"],
  ["./plugins/x", "local ./plugins/x"],
  ["./", "local ./"],
])("%s is an address", (text, expected) => {
  expect(read(text)).toBe(expected);
});

test.each([
  ["ruby", "1: ruby has no namespace: a module is named namespace/name"],
  ["lang/ruby/x", "1: lang is no host, and the name of a module has two parts"],
  ["lang/Ruby@1", "6: a module is named in lower-case letters, digits and -"],
  ["registry.example/lang/-x", "23: a module is named in lower-case letters, digits and -"],
  ["lang/ruby@", "11: a version is missing: 1.0, >=1.1, ~1.2 or ^1.0"],
  ["lang/ruby@>=1.0, x", "17: white space has no place in an address"],
  ["lang/ruby@>=1.0,x", "17: x is no constraint: 1.0, >=1.1, ~1.2 or ^1.0"],
  ["registry.example/ruby@1", "18: ruby has no namespace: a module is named namespace/name"],
  [
    "https://git.example/u/r//x@v1",
    "1: a URL of a git repository begins with git+: git+https://host/user/repo//folder@ref",
  ],
  ["github.com/u/r//x", "18: a git repository needs a ref behind it: @v1.0.0"],
  ["github.com/u/r//../x@v1", "17: the folder leads out of the repository"],
  ["github.com/u/r//x@--upload-pack=x", "19: --upload-pack=x is no ref"],
  ["git+ext::sh -c x//y@v1", "12: white space has no place in an address"],
  ["git+ext::sh//y@v1", "5: a git repository is reached by https, ssh or file"],
  ["git+https://u:secret@git.example/u/r//x@v1", "5: a password has no place in an address"],
  ["../x", "1: the folder leads out of the repository"],
  ["./x/../../y", "1: the folder leads out of the repository"],
  ["./x@1.0", "4: a folder of the repository has no version: what is there counts"],
  ["/srv/x", "1: a folder is named relative to the workspace, and begins with ./"],
])("%s is none", (text, problem) => {
  expect(read(text)).toBe(problem);
});

describe("a constraint", () => {
  const all = [
    "1.0.0",
    "1.0.1",
    "1.1.0",
    "1.2.0",
    "1.2.9",
    "1.3.0-rc.1",
    "1.3.0",
    "2.0.0-rc.1",
    "2.0.0",
  ];
  test.each([
    ["1.0", ["1.0.0"]],
    ["1.2.9", ["1.2.9"]],
    [">=1.2", ["1.2.0", "1.2.9", "1.3.0", "2.0.0"]],
    [">1.2,<=1.3", ["1.2.9", "1.3.0"]],
    ["~1.2", ["1.2.0", "1.2.9"]],
    ["~1.0.1", ["1.0.1"]],
    ["^1.2", ["1.2.0", "1.2.9", "1.3.0"]],
    ["^1.3.0-rc.1", ["1.3.0-rc.1", "1.3.0"]],
    ["2.0.0-rc.1", ["2.0.0-rc.1"]],
    ["*", ["1.0.0", "1.0.1", "1.1.0", "1.2.0", "1.2.9", "1.3.0", "2.0.0"]],
  ])("%s lets in", (text, expected) => {
    const constraint = parseConstraint(text);
    if ("message" in constraint) throw new Error(constraint.message);
    const versions = all.map((one) => parseVersion(one)).filter((one) => one !== undefined);
    expect(versions.filter((version) => allows(constraint, version))).toEqual(expected);
  });

  test.each([
    ["^0", ["0.0.0", "0.0.9", "0.1.0", "0.9.1"]],
    ["^0.0", ["0.0.0", "0.0.9"]],
    ["^0.0.0", ["0.0.0"]],
    ["^0.1", ["0.1.0"]],
    ["^0.0.9-rc.1", ["0.0.9"]],
  ])("%s lets in, of what has no promises yet", (text, expected) => {
    const constraint = parseConstraint(text);
    if ("message" in constraint) throw new Error(constraint.message);
    const versions = ["0.0.0", "0.0.9", "0.1.0", "0.9.1", "1.0.0-rc.1", "1.0.0"]
      .map((one) => parseVersion(one))
      .filter((one) => one !== undefined);
    expect(versions.filter((version) => allows(constraint, version))).toEqual(expected);
  });

  test.each([
    ["~1", "1: ~1 does not say of which minor version: ~1.0"],
    ["1.x", "1: 1.x is no constraint: 1.0, >=1.1, ~1.2 or ^1.0"],
    ["^1.0,", "6: a version is missing: 1.0, >=1.1, ~1.2 or ^1.0"],
    ["v1.0", "1: v1.0 is no constraint: 1.0, >=1.1, ~1.2 or ^1.0"],
    ["1.0.0+build", "1: 1.0.0+build is no constraint: 1.0, >=1.1, ~1.2 or ^1.0"],
    ["01.0", "1: 01.0 is no constraint: 1.0, >=1.1, ~1.2 or ^1.0"],
    ["99999999999999999999", "1: 99999999999999999999 holds a number that is too large"],
    [">=1.0 || 2.0", "1: >=1.0 || 2.0 is no constraint: 1.0, >=1.1, ~1.2 or ^1.0"],
  ])("%s is none", (text, problem) => {
    const parsed = parseConstraint(text);
    expect("message" in parsed ? `${parsed.column}: ${parsed.message}` : parsed).toBe(problem);
  });
});
