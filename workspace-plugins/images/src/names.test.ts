import { digestOf, hexOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { agentLogName, baseLogName, extendedLogName, extendedReference } from "./names.ts";

test("an extended image is named by agent, base and extensions, a double dash between them", () => {
  expect(extendedReference("codex", "debian", ["marker", "shell-check"])).toBe(
    "slipway/extended:codex--debian--marker--shell-check",
  );
  expect(extendedReference("codex", "debian", [])).toBe("slipway/extended:codex--debian");
});

test("extensions that are alike when joined have references of their own", () => {
  const [a, b] = [extendedReference("a", "b", ["c", "d"]), extendedReference("a", "b", ["c-d"])];
  expect(a).not.toBe(b);
  expect(extendedReference("a-b", "c", [])).not.toBe(extendedReference("a", "b-c", []));
});

test("a tag of more than 128 characters is cut and keeps a digest of the whole", () => {
  const names = ["x".repeat(50), "y".repeat(50), "z".repeat(50)];
  const [first = "", second = ""] = [names, names.toReversed()].map((of) =>
    extendedReference("codex", "debian", of).replace("slipway/extended:", ""),
  );
  const whole = ["codex", "debian", ...names].join("--");
  expect(first).toHaveLength(128);
  expect(first.startsWith("codex--debian--xxx")).toBe(true);
  expect(first.endsWith(`--${hexOf(digestOf(whole)).slice(0, 12)}`)).toBe(true);
  expect(second).not.toBe(first);
  // The grammar of a tag (OCI distribution spec, Pulling manifests).
  expect(first).toMatch(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/);
});

test("images whose names are alike when joined have logs of their own", () => {
  const names = [
    agentLogName("a-on-b", "c"),
    agentLogName("a", "b-on-c"),
    agentLogName("a", "b"),
    baseLogName("a"),
    extendedLogName("a:b"),
    extendedLogName("a/b"),
    extendedLogName("a-b"),
    extendedLogName("base-a"),
  ];
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => name.includes("/"))).toEqual([]);
});
