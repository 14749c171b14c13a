import { expect, test } from "vitest";
import { readAnswer, readQuestion, writeAnswer, writeQuestion } from "./messages.ts";

const root = "1:2";
const tree = { digest: `sha256:${"a".repeat(64)}`, sizeBytes: 7 };

test("a question and its answers arrive as they were sent", () => {
  const question = { ask: "tree", folder: "a/ü \n" } as const;
  expect(readQuestion(root, writeQuestion(root, question))).toEqual(question);
  for (const answer of [
    { state: "answered", tree },
    { state: "unable", reason: "git-failed" },
  ] as const) {
    expect(readAnswer(root, writeAnswer(root, answer))).toEqual(answer);
  }
});

test("neither has a line break in it", () => {
  expect(writeQuestion(root, { ask: "tree", folder: "\n" })).not.toContain("\n");
});

test.each([
  ["of another version", `{"version":0,"root":"1:2","body":{"ask":"tree","folder":""}}`],
  ["about another folder", `{"version":1,"root":"1:3","body":{"ask":"tree","folder":""}}`],
  ["of another kind", `{"version":1,"root":"1:2","body":{"ask":"exit","folder":""}}`],
  ["without a folder", `{"version":1,"root":"1:2","body":{"ask":"tree"}}`],
  [
    "with a prototype",
    `{"version":1,"root":"1:2","body":{"__proto__":{"ask":"tree","folder":""}}}`,
  ],
  ["that is no object", `[1]`],
  ["that is no JSON", `GET / HTTP/1.1`],
  ["that is empty", ``],
])("a question %s is none", (_, line) => {
  expect(readQuestion(root, line)).toBeUndefined();
});

test.each([
  ["a digest of another kind", { ...tree, digest: "sha1:0" }],
  ["no size", { digest: tree.digest }],
  ["nothing", undefined],
])("an answer with %s is none", (_, wrong) => {
  const line = JSON.stringify({ version: 1, root, body: { state: "answered", tree: wrong } });
  expect(readAnswer(root, line)).toBeUndefined();
});
