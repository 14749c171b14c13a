import { expect, test } from "vitest";
import { lockEdges } from "./lock-edges.ts";
import type { LockingProject } from "./lock-edges.ts";

const project = (name: string, more: Partial<LockingProject>): LockingProject => ({
  name,
  lockFile: `${name}/aigogo.lock`,
  sources: [],
  repository: undefined,
  version: undefined,
  ...more,
});

test("who locks what another project pushes depends on it, by the lock; nobody depends on itself", () => {
  const words = project("words", { repository: "registry.example/team/words", version: "2.0.0" });
  const app = project("app", {
    sources: ["registry.example/team/words:2.0.0", "team/other:1.0.0"],
  });
  const sources = ["registry.example/team/words:1.0.0"];
  const edge = { target: "words", type: "static" };
  expect(lockEdges([{ ...words, sources }, app, project("tool", { sources })])).toEqual([
    { ...edge, source: "app", sourceFile: "app/aigogo.lock" },
    { ...edge, source: "tool", sourceFile: "tool/aigogo.lock" },
  ]);
});
