import { expect, test } from "vitest";
import { baseAnnotations, labelsOf, ownLabels } from "./image-labels.ts";
import { digestOf } from "@slipway/signature";

const agent = { kind: "agent", agent: "codex", base: "debian", on: "slipway/base:debian" } as const;

test("an agent's labels say which agent of which version it is, and on what", () => {
  expect(labelsOf(agent, "1.2.3")).toEqual({
    "org.opencontainers.image.title": "codex on debian",
    "org.opencontainers.image.description": "the agent codex 1.2.3, built on slipway/base:debian",
    "org.opencontainers.image.version": "1.2.3",
    "org.opencontainers.image.base.name": "slipway/base:debian",
    "dev.slipway.image.kind": "agent",
    "dev.slipway.image.base": "debian",
    "dev.slipway.image.agent": "codex",
    "dev.slipway.image.agent-version": "1.2.3",
  });
});

test("what is built on nothing names no base", () => {
  const base = { kind: "base", base: "tiny", on: "scratch" } as const;
  expect(Object.keys(labelsOf(base, undefined))).not.toContain(
    "org.opencontainers.image.base.name",
  );
  expect(baseAnnotations(base, undefined)).toEqual({});
});

test("an extended image has its extensions in the order of layers", () => {
  const extended = { ...agent, kind: "extended", extensions: ["marker", "act"] } as const;
  expect(labelsOf(extended, "1")).toMatchObject({
    "dev.slipway.image.extensions": "marker,act",
    "org.opencontainers.image.title": "codex on debian with marker, act",
  });
});

test("what an image below says of itself is not said of the image on it", () => {
  const below = {
    "org.opencontainers.image.licenses": "MIT",
    "org.opencontainers.image.source": "https://below.example",
    "dev.slipway.image.extensions": "gone",
    maintainer: "below",
  };
  const built = {
    ...below,
    "org.opencontainers.image.licenses": "Apache-2.0",
    "dev.slipway.workspace": "here",
    "dev.slipway.project": "codex",
  };
  expect(ownLabels(built, below, { "dev.slipway.image.kind": "agent" })).toEqual({
    "org.opencontainers.image.licenses": "Apache-2.0",
    "dev.slipway.workspace": "here",
    "dev.slipway.project": "codex",
    "dev.slipway.image.kind": "agent",
    maintainer: "below",
  });
});

test("the manifest names what is below by its digest", () => {
  expect(baseAnnotations(agent, digestOf("below"))).toEqual({
    "org.opencontainers.image.base.name": "slipway/base:debian",
    "org.opencontainers.image.base.digest": digestOf("below"),
  });
});
