import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { recordVersions, versionsIn } from "./record-versions.ts";
import type { Synced } from "./sync.ts";

const synced: Synced = {
  state: "unchanged",
  differences: [],
  lock: {
    config: digestOf("asked"),
    core: { version: "0.1.0", protocol: 1 },
    plugins: [],
    resolvedVersions: { ruby: "3.2.0" },
  },
};

test("versions among facts go into the lock; a frozen one is told of instead", async () => {
  const root = mkdtempSync(path.join(tmpdir(), "versions-"));
  const facts = {
    ruby_version: "3.3.0",
    bundler_version: "2.6.3",
    "ruby.lockfile": "Gemfile.lock",
  };
  const versions = versionsIn(facts);
  const place = { root, file: "cig.toml" };
  const differences = [`- ruby = "3.2.0"`, `+ bundler = "2.6.3"`, `+ ruby = "3.3.0"`];
  expect(await recordVersions(synced, versions, { ...place, isFrozen: true })).toEqual({
    ok: false,
    failure: { reason: "modules-lock-stale", file: "cig.lock", differences },
  });
  expect(readdirSync(root)).toEqual([]);
  expect(await recordVersions(synced, versions, { ...place, isFrozen: false })).toMatchObject({
    value: { state: "done", differences },
  });
  expect(readFileSync(path.join(root, "cig.lock"), "utf8")).toContain(
    `[resolved_versions]\nbundler = "2.6.3"\nruby = "3.3.0"\n`,
  );
  rmSync(root, { recursive: true });
  const same = versionsIn({ ruby_version: "3.2.0" });
  expect(await recordVersions(synced, same, { ...place, isFrozen: true })).toEqual({
    ok: true,
    value: synced,
  });
});
