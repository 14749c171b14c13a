import { expect, test } from "vitest";
import { failureOf, readComplaint, withoutSecrets } from "./npm-answer.ts";

function complaint(code: string | number | undefined, summary: string): string {
  return JSON.stringify({
    error: { code, summary, detail: "sh -c echo _authToken=hunter2hunter2" },
  });
}

test.each([
  ["E401", "Unable to authenticate", "npm-not-allowed"],
  ["E403", "403 Forbidden", "npm-not-allowed"],
  ["ENEEDAUTH", "This command requires you to be logged in", "npm-not-allowed"],
  ["EOTP", "This operation requires a one-time password", "npm-not-allowed"],
  ["ECONNREFUSED", "request failed", "npm-unreachable"],
  ["ECONNRESET", "request failed", "npm-unreachable"],
  ["ENOTFOUND", "request failed", "npm-unreachable"],
  ["E502", "502 Bad Gateway", "npm-unreachable"],
  ["E429", "429 Too Many Requests", "npm-unreachable"],
  ["FETCH_ERROR", "invalid json response body at x reason: Unexpected token '<'", "npm-unreadable"],
  ["E404", "No match found for version 2.0.0", "npm-failed"],
  [3, "command failed", "npm-failed"],
  [undefined, "You cannot publish over the previously published versions", "npm-failed"],
])("%s is %s", (code, summary, reason) => {
  const read = readComplaint(complaint(code, summary));
  expect(failureOf("publish a", read)).toMatchObject({
    reason,
    asked: "publish a",
    answer: summary,
  });
});

test("of a complaint only its first line is told, and no detail", () => {
  const read = readComplaint(complaint("E500", "first\nsecond"));
  expect(read).toEqual({ code: "E500", answer: "first" });
});

test.each([
  ["not JSON", "npm exploded"],
  ["another shape", "[1]"],
  ["nothing", ""],
])("%s is a complaint without words", (_, stdout) => {
  expect(readComplaint(stdout)).toEqual({ code: "", answer: "" });
});

test.each([
  "GET https://user:hunter2@registry.example/a",
  "authorization: Bearer hunter2",
  "authorization: Basic hunter2",
  "//registry.example/:_authToken=hunter2",
  '{"_authToken":"hunter2"}',
  "//registry.example/:_password=hunter2",
  "https://registry.example/a?token=hunter2&b=1",
  "npm_hunter2hunter2hunter2hunter2",
])("secrets are taken out of %j", (text) => {
  expect(withoutSecrets(text)).not.toContain("hunter2");
});
