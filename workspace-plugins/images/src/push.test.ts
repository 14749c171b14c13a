import { openRegistry } from "@slipway/registry";
import { fail, writeJson } from "@slipway/signature";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openImagesRig, valueOf } from "../test/rig.ts";
import type { ImagesRig } from "../test/rig.ts";
import { forbidden } from "./ingredients.ts";
import { pushImage, pushLayout } from "./push.ts";

let rig: ImagesRig;

beforeAll(async () => {
  rig = await openImagesRig();
});
afterAll(async () => rig[Symbol.asyncDispose]());

test("what may not be redistributed is pushed by neither function: nobody is asked for anything", async () => {
  const asked: string[] = [];
  const registry = openRegistry({ counted: (question) => void asked.push(question) });
  const reference = "localhost:9/images/tool:tiny";
  const laidOut = valueOf(await rig.layOut("tool", { layers: [{ "bin/tool": "tool" }] }));
  const receipt = { ...laidOut, reference, inputs: { redistribution: forbidden } };
  await writeJson(`${rig.root}/tool/receipt.json`, receipt);
  const where = { workspaceRoot: rig.root, target: "tool:image" };
  const refused = fail({ reason: "image-local-only", reference });
  expect(await pushImage(registry, { ...where, folder: "tool", receipt })).toEqual(refused);
  const request = { ...where, layout: "tool", reference, below: [] };
  expect(await pushLayout(registry, request)).toEqual(refused);
  expect(asked).toEqual([]);
});
