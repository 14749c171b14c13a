import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf, ownFactFile, ownFactValue, renderSignatures } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeProjectSignatures } from "./write-project-signatures.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-signatures-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function textOf(...contents: readonly string[]): string {
  const jobs = contents.map((content, at) => [`fleet:job${at}`, digestOf(content)] as const);
  return renderSignatures(new Map([["ci:pack", digestOf("pack")]]), new Map(jobs));
}

/** Runs the task after a hook that found `text` and wrote the fact of `fact`. */
async function write(text: string, fact = text) {
  const file = path.join(root, ownFactFile("ci", "signature"));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, ownFactValue(digestOf(fact)));
  const session = { workspaceRoot: root, projectRoot: "ci", projectName: "ci" };
  const texts = new Map([["ci:signature", text]]);
  return writeProjectSignatures({ ...session, target: "signature" }, texts);
}

test("what was found is written, and left alone while nothing changes", async () => {
  const file = path.join(root, "ci/dist/signatures.json");
  expect(await write(textOf("a", "b"))).toEqual({
    ok: true,
    value: { state: "done", cause: "signatures-first-written", facts: { signatures: 3 } },
  });
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
    schema: 2,
    targets: { "ci:pack": digestOf("pack") },
    jobs: { "fleet:job0": digestOf("a"), "fleet:job1": digestOf("b") },
  });
  const written = statSync(file, { bigint: true });
  expect(await write(textOf("a", "b"))).toEqual({
    ok: true,
    value: { state: "unchanged", cause: "signatures-current", facts: { signatures: 3 } },
  });
  expect(statSync(file, { bigint: true }).ino).toBe(written.ino);
});

test("the ids that have another signature are told", async () => {
  await write(textOf("a", "b"));
  expect(await write(textOf("a", "c", "d"))).toEqual({
    ok: true,
    value: {
      state: "done",
      cause: "signatures-changed",
      facts: { signatures: 4, changed: "fleet:job1, fleet:job2" },
    },
  });
});

test("what another command has overtaken is not written: Nx would keep it under the other's fact", async () => {
  expect(await write(textOf("a"), textOf("b"))).toEqual({
    ok: false,
    failure: { reason: "signatures-overtaken", target: "ci:signature" },
  });
  expect(statSync(path.join(root, "ci"), { throwIfNoEntry: false })).toBe(undefined);
});

test("a task that nothing was found for before it says so", async () => {
  const session = { workspaceRoot: root, projectRoot: "ci", projectName: "ci", target: "other" };
  expect(await writeProjectSignatures(session, new Map())).toEqual({
    ok: false,
    failure: { reason: "signatures-not-found", target: "ci:other" },
  });
});
