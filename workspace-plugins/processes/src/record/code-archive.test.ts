import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { digestOf, hexOf, ok } from "@slipway/signature";
import { expect, test } from "vitest";
import { evaluatedText } from "../evaluated-text.ts";
import { findCode, openCodeArchive } from "./code-archive.ts";

const code = 'return "this code"\n';
const codeDigest = digestOf(code);
const evaluated = {
  mode: "mainnet",
  codeDigest,
  links: {},
  handlers: [],
  earlier: ["Old"],
} as const;

async function openRig() {
  const root = await mkdtemp(path.join(os.tmpdir(), "ao-archive-"));
  return {
    archive: openCodeArchive(root, "project"),
    file: path.join(root, ".slipway/ao/project/code", `${hexOf(codeDigest)}.lua`),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

/** A gateway that has one text for every message. */
const holding = (text: string | undefined) => ({ itemData: async () => ok(text) });

test("code is kept by its digest; what is altered is not it", async () => {
  await using rig = await openRig();
  expect(await rig.archive.find(codeDigest)).toBeUndefined();
  await rig.archive.keep(codeDigest, code);
  expect(await rig.archive.find(codeDigest)).toBe(code);
  await writeFile(rig.file, `${code} `);
  expect(await rig.archive.find(codeDigest)).toBeUndefined();
});

test("code that is not here is read from the message that carried it, and kept", async () => {
  await using rig = await openRig();
  const network = holding(evaluatedText({ ...evaluated, code }));
  const asked = { codeDigest, message: "m" };
  expect(await findCode(rig.archive, network, asked)).toEqual(ok(code));
  expect(await findCode(rig.archive, holding(undefined), asked)).toEqual(ok(code));
});

test("what a gateway has under the message's id is believed only for its digest", async () => {
  await using rig = await openRig();
  const other = evaluatedText({ ...evaluated, code: 'return "other"\n' });
  for (const text of [other, "", undefined, "<html>\n\n\n\n\n"]) {
    expect(await findCode(rig.archive, holding(text), { codeDigest, message: "m" })).toMatchObject({
      failure: { reason: "code-lost", message: "m" },
    });
  }
});
