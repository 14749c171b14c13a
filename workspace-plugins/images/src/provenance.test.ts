import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { digestOf, hexOf } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openImagesRig, valueOf } from "../test/rig.ts";
import type { ImagesRig } from "../test/rig.ts";
import { ImageStatement, provenanceOf, readProvenance, writeProvenance } from "./provenance.ts";
import type { ImageReceipt } from "./receipt.ts";

let rig: ImagesRig;
let receipt: ImageReceipt;
let folder: string;

beforeEach(async () => {
  rig = await openImagesRig();
  receipt = valueOf(await rig.layOut("image", { layers: [{ "etc/os": "linux" }] }));
  folder = path.join(rig.root, "image");
});
afterEach(async () => rig[Symbol.asyncDispose]());

test("every ingredient is in it: one with a digest as a dependency, any other as a value", () => {
  const [definition, extension] = [digestOf("a"), digestOf("b")];
  const table = { definition, "extension 1": `marker ${extension}`, version: "1.2.3" };
  const commit = "c".repeat(40);
  const source = { uri: "https://git.example/x", commit };
  const statement = provenanceOf(receipt, table, { workSignature: digestOf("work"), source });
  expect(statement.subject[0].digest.sha256).toBe(hexOf(receipt.manifestDigest));
  expect(statement.predicate.buildDefinition).toMatchObject({
    externalParameters: { reference: receipt.reference, values: { version: "1.2.3" } },
    internalParameters: { imageId: receipt.imageId, workSignature: digestOf("work") },
    resolvedDependencies: [
      { name: "definition", digest: { sha256: hexOf(definition) } },
      { name: "extension 1", uri: "marker", digest: { sha256: hexOf(extension) } },
      { name: "source", uri: "git+https://git.example/x", digest: { gitCommit: commit } },
    ],
  });
  expect(ImageStatement.parse(statement)).toEqual(statement);
});

test("it is read back as it was written", async () => {
  await writeProvenance(folder, receipt, { workSignature: digestOf("work") });
  const read = valueOf(await readProvenance(folder, receipt));
  expect(read.predicate.buildDefinition.internalParameters.workSignature).toBe(digestOf("work"));
  expect(read.predicate.buildDefinition.externalParameters.values).toEqual({ made: "by hand" });
});

test("an image without such a file is told of by its receipt", async () => {
  await rm(path.join(folder, "provenance.json"), { force: true });
  const read = valueOf(await readProvenance(folder, receipt));
  expect(read.subject[0].digest.sha256).toBe(hexOf(receipt.manifestDigest));
});

test("one of another image, and what is none, are refused", async () => {
  const other = valueOf(await rig.layOut("other", { layers: [{ "etc/os": "other" }] }));
  await writeProvenance(path.join(rig.root, "other"), other, {});
  const file = path.join(folder, "provenance.json");
  const refused = { ok: false, failure: { reason: "provenance-invalid", file } };
  await writeFile(file, JSON.stringify(provenanceOf(other, {}, {})));
  expect(await readProvenance(folder, receipt)).toEqual(refused);
  await writeFile(file, "{");
  expect(await readProvenance(folder, receipt)).toEqual(refused);
});
