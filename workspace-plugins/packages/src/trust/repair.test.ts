import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openRegistry } from "@slipway/registry";
import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { storeIn } from "../store-place.ts";
import { verifyStore } from "../verify-store.ts";

test("a repair asks nobody from whom the policy lets nothing come", async () => {
  const root = await mkdtemp(path.join(tmpdir(), "slipway-repair-"));
  const lockFile = path.join(root, "aigogo.lock");
  const entry = { version: "1", integrity: digestOf("x"), source: "localhost:1/a/demo:1" };
  const packages = { demo: { ...entry, language: "python", files: [] } };
  await writeFile(lockFile, JSON.stringify({ version: 1, packages }));
  const rules = [{ packages: ["*"], sources: ["registry.example"] }];
  await writeFile(path.join(root, "aigogo.policy.json"), JSON.stringify({ schema: 1, rules }));
  const asked: string[] = [];
  const verified = await verifyStore({
    store: storeIn(root),
    lockFile,
    isAll: false,
    isRepair: true,
    registry: openRegistry({ counted: (question) => void asked.push(question) }),
    signal: new AbortController().signal,
    progress: () => {},
  });
  expect(verified).toMatchObject({ failure: { reason: "source-not-allowed", key: "demo" } });
  expect(asked).toEqual([]);
  await rm(root, { recursive: true });
});
