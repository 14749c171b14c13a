import type { ProjectGraph, TargetConfiguration } from "@nx/devkit";
import { expect, test } from "vitest";
import { commandTargets } from "./command-targets.ts";

type Targets = Readonly<Record<string, TargetConfiguration["dependsOn"]>>;

/** A project of ours unless it has other tags. */
function project(name: string, targets: Targets, tags: readonly string[] = ["slipway"]) {
  return {
    name,
    type: "lib" as const,
    data: {
      root: name,
      tags: [...tags],
      targets: Object.fromEntries(
        Object.entries(targets).map(([target, dependsOn = []]) => [target, { dependsOn }]),
      ),
    },
  };
}

const projects = [
  project("tools", { pack: undefined, push: ["pack"] }),
  project("app", { install: [{ projects: ["tools"], target: "push" }] }),
  project("codex", { image: [{ projects: ["debian"], target: "image" }], load: ["image"] }),
  project("rootfs", { rootfs: undefined, push: ["rootfs"] }),
  project("boot", { smoke: ["^load"], "verify-boot": ["smoke"] }),
  project("site", { build: ["pack"], deploy: ["build"] }, ["web"]),
];
const graph: ProjectGraph = {
  nodes: Object.fromEntries(projects.map((node) => [node.name, node])),
  dependencies: {},
};

function check(command: string, expected: readonly string[]): void {
  expect([...commandTargets(command.split(" "), graph)].toSorted()).toEqual(expected);
}

test("a target is named by itself, in a list, or behind its project", () => {
  check("nx pack", ["pack"]);
  check("nx run tools:pack", ["pack"]);
  check("nx run-many -t pack,image", ["image", "pack"]);
  check("nx run-many --targets=pack", ["pack"]);
});

test("what a target needs belongs to it, however far away, whichever project needs it", () => {
  check("nx install app", ["install", "pack", "push", "rootfs"]);
  check("nx run boot:verify-boot", ["image", "load", "smoke", "verify-boot"]);
});

test("a target that only projects of others have is none of ours", () => {
  check("nx build site", []);
  check("nx run site:deploy", []);
});

test("a command without targets has none", () => {
  check("nx graph", []);
  check("nx show project codex", []);
});

test("a word that only looks like a target counts as one", () => {
  check("nx build pack", ["pack"]);
});
