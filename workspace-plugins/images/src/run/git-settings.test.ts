import { expect, it } from "vitest";
import { keysNeeded, parseGitSettings } from "./git-settings.ts";

/** The keys that git would use with these settings. */
function check(...records: readonly string[]): readonly string[] {
  const { gnupg, ssh } = keysNeeded(parseGitSettings(records.map((one) => `${one}\0`).join("")));
  return [...(gnupg ? ["gnupg"] : []), ...(ssh ? ["ssh"] : [])];
}

it.each([
  [[], []],
  [["commit.gpgsign\ntrue"], ["gnupg"]],
  [["commit.gpgsign"], ["gnupg"]],
  [["commit.gpgsign\ntrue", "commit.gpgsign\nfalse"], []],
  [["tag.gpgsign\nyes", "gpg.format\nssh"], ["ssh"]],
  [["gpg.format\nssh"], []],
  [["remote.origin.url\ngit@host:a/b.git"], ["ssh"]],
  [["remote.origin.url\nhost:a/b.git"], ["ssh"]],
  [["remote.origin.url\nssh://host/a"], ["ssh"]],
  [["remote.origin.url\nhttps://host/a"], []],
  [["remote.origin.url\n/srv/a:b"], []],
  [["remote.origin.pushurl\ngit@host:a"], ["ssh"]],
  [["url.x.insteadof\ngit@host:a"], []],
])("%j needs %j", (records, needed) => {
  expect(check(...records)).toEqual(needed);
});
