import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { parseImagesLock } from "../images-lock.ts";
import type { ImagesLock } from "../images-lock.ts";
import { formatImagesLock } from "./format-lock.ts";

const [a, b] = [digestOf("a"), digestOf("b")];
const lock: ImagesLock = {
  agents: {
    gemini: { version: "0.1", source: "host", definition: a },
    codex: { version: "1.2.3", source: "builder", definition: b },
  },
  builder: { reference: "registry.example/builder:1", digest: a },
  from_images: {
    "registry.example/node:26": { digest: a, platforms: { "linux/arm64": b, "linux/amd64": a } },
    debian: { digest: b, platforms: {} },
  },
};

test("a lock has its keys in one order, and is read as it was", () => {
  const text = formatImagesLock(lock);
  expect(text).toBe(
    [
      "# What images are built from, written by slipway agent lock and slipway agent update.",
      "",
      "agents:",
      "  codex:",
      `    definition: ${b}`,
      "    source: builder",
      "    version: 1.2.3",
      "  gemini:",
      `    definition: ${a}`,
      "    source: host",
      '    version: "0.1"',
      "builder:",
      `  digest: ${a}`,
      "  reference: registry.example/builder:1",
      "from_images:",
      "  debian:",
      `    digest: ${b}`,
      "    platforms: {}",
      "  registry.example/node:26:",
      `    digest: ${a}`,
      "    platforms:",
      `      linux/amd64: ${a}`,
      `      linux/arm64: ${b}`,
      "",
    ].join("\n"),
  );
  expect(parseImagesLock(text)).toEqual({ ok: true, value: lock });
  expect(formatImagesLock(lock, text)).toBe(text);
});

test("the order in which entries came leaves no trace", () => {
  const turned = {
    ...lock,
    agents: Object.fromEntries(Object.entries(lock.agents).toReversed()),
    from_images: Object.fromEntries(Object.entries(lock.from_images).toReversed()),
  };
  expect(formatImagesLock(turned)).toBe(formatImagesLock(lock));
});

test("comments stay with their entries, and entries that are gone take theirs along", () => {
  const before = [
    "# Ours.",
    "",
    "agents:",
    "  # Held back on purpose.",
    `  codex: { version: 1.2.3, source: builder, definition: "${b}" } # see the ticket`,
    "  # Not any more.",
    `  gone: { version: 1.0.0, definition: "${b}" }`,
    "",
  ].join("\n");
  const codex = { version: "1.2.4", source: "builder", definition: b } as const;
  const written = formatImagesLock({ agents: { codex }, from_images: {} }, before);
  expect(written).toContain("# Ours.");
  expect(written).toContain("  # Held back on purpose.\n  codex:");
  expect(written).toContain("version: 1.2.4");
  expect(written).not.toContain("Not any more");
});

test.each([
  ["agents: { codex: { version: 'a b', definition: x } }", ["1:29 agents.codex.version", "1:48"]],
  ["agent: {}", ['1:1 Unrecognized key: "agent"']],
  ["from_images: { debian: { digest: 1 } }", ["1:34 from_images.debian.digest"]],
])("every problem of %j has its place", (text, places) => {
  const parsed = parseImagesLock(text);
  const told = parsed.ok
    ? []
    : parsed.failure.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
  expect(told).toHaveLength(places.length);
  for (const [at, place] of places.entries()) expect(told[at]).toContain(place);
});
