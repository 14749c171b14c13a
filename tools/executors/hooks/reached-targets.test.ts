import type { ProjectGraph, TargetConfiguration } from "@nx/devkit";
import { expect, test } from "vitest";
import { reachedTargets } from "./reached-targets.ts";

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
  project("debian", { image: undefined }),
  project("boot", { smoke: ["^load"], "verify-boot": ["smoke"] }),
  project("site", { build: ["tools:pack"], deploy: ["build"], lint: undefined, all: ["pa*"] }, [
    "web",
  ]),
  project("@web/page:one", { "build:all": undefined, pages: ["tools:pack"] }, ["web"]),
];
const graph: ProjectGraph = {
  nodes: Object.fromEntries(projects.map((node) => [node.name, node])),
  dependencies: {
    boot: [{ type: "static", source: "boot", target: "codex" }],
    site: [{ type: "static", source: "site", target: "tools" }],
  },
};

function check(command: string, expected: readonly string[]): void {
  expect([...reachedTargets(command.split(" "), graph).keys()].toSorted()).toEqual(expected);
}

test("a target is named by itself, in a list, or behind its project", () => {
  check("nx rootfs", ["rootfs:rootfs"]);
  check("nx run tools:pack", ["tools:pack"]);
  check("nx run tools:pack:production", ["tools:pack"]);
  check("nx run-many -t pack,rootfs", ["rootfs:rootfs", "tools:pack"]);
  check("nx run-many --targets=pack", ["tools:pack"]);
});

test("a name alone is the target of every project that has it; behind its project it is that one", () => {
  check("nx run-many -t push", ["rootfs:push", "rootfs:rootfs", "tools:pack", "tools:push"]);
  check("nx run tools:push", ["tools:pack", "tools:push"]);
});

test("what a target needs is reached too, however far away", () => {
  check("nx install app", ["app:install", "tools:pack", "tools:push"]);
  const image = ["codex:image", "codex:load", "debian:image"];
  check("nx run boot:verify-boot", ["boot:smoke", "boot:verify-boot", ...image]);
});

test("a target of others reaches ours by what it needs, named or by a glob", () => {
  check("nx run site:deploy", ["site:build", "site:deploy", "tools:pack"]);
  check("nx run @web/page:one:pages", ["@web/page:one:pages", "tools:pack"]);
  check("nx run site:all", []);
});

test("a command that reaches none of ours reaches nothing", () => {
  check("nx lint site", []);
  check("nx run @web/page:one:build:all", []);
  check("nx graph", []);
  check("nx show project codex", []);
});

test("a word that only looks like a target counts as one", () => {
  check("nx lint pack", ["site:lint", "tools:pack"]);
});
