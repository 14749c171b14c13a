import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { asksForSignature, readImagesPolicy, ruleFor } from "./policy.ts";

const signer = digestOf("a key");

async function read(text: string) {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-policy-"));
  await writeFile(path.join(folder, "slipway.images.policy.yml"), text);
  const policy = await readImagesPolicy(folder);
  await rm(folder, { recursive: true });
  return policy;
}

const text = `schema: 1
rules:
  - { images: [registry.example/team/], signed: true }
  - { images: [registry.example, docker.io/library/debian], signers: ["${signer}"] }
  - { images: ["mirror.example:5000"] }
`;

/** The number of the rule that decides about an image, and whether it asks for a signature. */
async function decides(reference: string) {
  const policy = await read(text);
  if (!policy.ok || policy.value === undefined) throw new Error("no policy");
  const rule = ruleFor(policy.value, reference);
  return rule.ok
    ? [policy.value.rules.indexOf(rule.value), asksForSignature(rule.value)]
    : rule.failure.reason;
}

test.each([
  ["registry.example/team/codex:debian", [0, true]],
  ["registry.example/team:1", [0, true]],
  ["registry.example/teamwork/codex:debian", [1, true]],
  ["debian:12", [1, true]],
  ["mirror.example:5000/debian:12", [2, false]],
  ["mirror.example/debian:12", "image-not-allowed"],
  ["registry.example.org/debian:12", "image-not-allowed"],
  ["debian-next:12", "image-not-allowed"],
  ["BAD IMAGE", "reference-invalid"],
])("of %s it is %s", async (reference, expected) => {
  expect(await decides(reference)).toEqual(expected);
});

test("without a policy nothing is refused, and by one without rules everything is", async () => {
  expect(ruleFor(undefined, "debian:12")).toMatchObject({ ok: true });
  const empty = await read("schema: 1\nrules: []\n");
  expect(empty.ok && ruleFor(empty.value, "debian:12")).toMatchObject({
    failure: { reason: "image-not-allowed" },
  });
});

test("a policy that is not one is told with its places", async () => {
  const broken = await read("schema: 1\nrules:\n  - images: []\n    signer: [x]\n");
  const problems = broken.ok || broken.failure.problems.map(({ line, message }) => [line, message]);
  expect(problems).toEqual([
    [4, expect.stringContaining("signer")],
    [3, "rules.0.images: must have one at least"],
  ]);
});
