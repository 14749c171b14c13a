import type { MatrixEntry, MatrixReason } from "@slipway/images";
import { expect, test } from "vitest";
import { disbeliefLines, limitLines, matrixJson, matrixRows, unknownLines } from "./matrix-rows.ts";

const entry = (reasons: readonly MatrixReason[]): MatrixEntry => ({
  kind: "test",
  agent: "codex",
  base: "debian",
  arch: "arm64",
  platform: "linux/arm64",
  image: "slipway/codex:debian",
  target: "codex:image-debian",
  reasons,
});
const changed = {
  kind: "ingredient-changed",
  ingredient: "base definition",
  before: "a",
  now: "b",
} as const;
const gone = { kind: "ingredient-missing", ingredient: "base", before: "a" } as const;

test("a row says what has to be done with an image, and why", () => {
  const include = [entry([changed, gone]), entry([{ kind: "never-tested" }])];
  expect(matrixRows({ include, unknown: [], of: 9 })).toEqual([
    ["what", "image", "platform", "why"],
    ["test", "slipway/codex:debian", "linux/arm64", "base definition has changed, base is gone"],
    ["test", "slipway/codex:debian", "linux/arm64", "never tested"],
  ]);
  expect(matrixRows({ include: [], unknown: [], of: 1 })).toEqual([
    ["nothing to build or test of 1 image"],
  ]);
});

test("the matrix of GitHub is one line with nothing but include, whose values are texts", () => {
  const text = matrixJson([entry([changed])]);
  expect(text).not.toContain("\n");
  expect(JSON.parse(text)).toEqual({
    include: [
      {
        kind: "test",
        agent: "codex",
        base: "debian",
        arch: "arm64",
        platform: "linux/arm64",
        image: "slipway/codex:debian",
        target: "codex:image-debian",
        reason: "base definition has changed",
      },
    ],
  });
  expect(matrixJson([])).toBe('{"include":[]}');
});

test("more jobs than GitHub takes are said to be that", () => {
  const include = Array.from({ length: 256 }, () => entry([changed]));
  expect(limitLines({ include })).toEqual([]);
  expect(limitLines({ include: [...include, entry([changed])] })).toEqual([
    "257 jobs, and GitHub takes 256 of one matrix: ask for each --arch by itself",
  ]);
});

test("what is not known is said with the reason, and so is a line that does not count", () => {
  const asked = { method: "GET", url: "https://registry.example/v2/" };
  const failure = { reason: "registry-timeout", ...asked, retryable: true, timeoutMs: 1 } as const;
  expect(
    unknownLines({ unknown: [{ image: "slipway/a:b", platform: "linux/amd64", failure }] }),
  ).toEqual([expect.stringMatching(/^slipway\/a:b linux\/amd64 is not known, which is no reason/)]);
  const file = "record.jsonl";
  const lines = disbeliefLines([
    { file, line: 1, problem: { kind: "untrusted", signer: "sha256:1", detail: "revoked" } },
    { file, line: 2, problem: { kind: "tampered", part: "signature", detail: "no" } },
    { file, line: 3, problem: { kind: "too-long" } },
  ]);
  expect(lines).toEqual([
    "record.jsonl:1 does not count: its signer sha256:1 is revoked",
    "record.jsonl:2 does not count: it is not as it was signed (signature: no)",
    "record.jsonl:3 does not count: it is longer than any that is written",
  ]);
});
