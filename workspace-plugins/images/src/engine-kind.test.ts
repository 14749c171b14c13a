import { expect, test } from "vitest";
import { engineKindOf, isOnLoopback, plainTag } from "./engine-kind.ts";

test("an engine is told by the components of its version", () => {
  expect(engineKindOf([{ Name: "Podman Engine" }, { Name: "Conmon" }])).toBe("podman");
  expect(engineKindOf([{ Name: "Engine" }, { Name: "containerd" }])).toBe("docker");
  expect(engineKindOf(undefined)).toBe("docker");
});

/** What Podman puts before a name that has no registry. */
const hub = ["docker", "io"].join(".");

test("names have the short form that Docker lists, and those of registries stay", () => {
  const names = [
    `${hub}/library/debian:12`,
    `${hub}/slipway/codex:debian`,
    "localhost/slipway/codex:debian",
    "localhost:5000/slipway/codex:debian",
    "slipway/codex:debian",
  ];
  expect(names.map(plainTag)).toEqual([
    "debian:12",
    "slipway/codex:debian",
    "slipway/codex:debian",
    "localhost:5000/slipway/codex:debian",
    "slipway/codex:debian",
  ]);
});

test("only a registry on loopback is spoken to without a certificate", () => {
  const loopback = ["localhost:5000/a:1", "127.0.0.1/a", "127.9.9.9:1/a@sha256:0", "[::1]:5000/a"];
  const others = ["localhost.example/a", "127.0.0.1.example/a", "example/localhost/a", "localhost"];
  expect(loopback.filter(isOnLoopback)).toEqual(loopback);
  expect(others.filter(isOnLoopback)).toEqual([]);
});
