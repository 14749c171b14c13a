import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ProjectGraph, ProjectGraphProjectNode, TargetConfiguration } from "@nx/devkit";
import { isDigest } from "@slipway/signature";
import { expect, test } from "vitest";
import { signFleet } from "./sign-fleet.ts";

const pipeline = `version = "1"
[project]
name = "fleet"
[jobs.check]
steps = [{ run = "make check" }]
`;

function openWorkspace(): Disposable & {
  root: string;
  write: (file: string, text: string) => void;
} {
  const root = mkdtempSync(path.join(tmpdir(), "slipway-sign-fleet-"));
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  write(".gitignore", "dist\n");
  write("ci/cig.toml", pipeline);
  write("app/a.txt", "a");
  write("package-lock.json", '{"packages":{"node_modules/tar":{"version":"1.0.0"}}}');
  execFileSync("git", ["init", "-q"], { cwd: root });
  return { root, write, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

function graph(): ProjectGraph {
  const pack: TargetConfiguration = {
    executor: "@slipway/executors:pack",
    cache: true,
    inputs: ["{projectRoot}/**/*", { externalDependencies: ["tar"] }],
    outputs: ["{projectRoot}/dist/pack"],
  };
  const node = (
    name: string,
    root: string,
    targets: Record<string, TargetConfiguration>,
  ): ProjectGraphProjectNode => ({ name, type: "lib", data: { root, tags: ["slipway"], targets } });
  return {
    nodes: {
      app: node("app", "app", { push: { dependsOn: ["pack"], inputs: [] }, pack }),
      ci: node("ci", "ci", { signature: { inputs: ["{projectRoot}/cig.toml"] } }),
    },
    dependencies: {},
  };
}

function targetsIn(text: string): Readonly<Record<string, string>> {
  return (JSON.parse(text) as { readonly targets: Readonly<Record<string, string>> }).targets;
}

async function signIn(root: string) {
  const session = { workspaceRoot: root, projectRoot: "ci", signal: new AbortController().signal };
  return signFleet(session, { projectGraph: graph(), nxJsonConfiguration: {} });
}

test("the signatures of all targets are written, and left alone while nothing changes", async () => {
  using workspace = openWorkspace();
  const file = path.join(workspace.root, "dist/signatures.json");
  expect(await signIn(workspace.root)).toEqual({
    ok: true,
    value: { state: "done", cause: "signatures-first-written", facts: { targets: 3 } },
  });
  const first = readFileSync(file, "utf8");
  const written = statSync(file, { bigint: true });
  expect(Object.keys(targetsIn(first))).toEqual(["app:pack", "app:push", "ci:signature"]);
  expect(Object.values(targetsIn(first)).every(isDigest)).toBe(true);
  expect(await signIn(workspace.root)).toEqual({
    ok: true,
    value: { state: "unchanged", cause: "signatures-current", facts: { targets: 3 } },
  });
  expect(statSync(file, { bigint: true })).toMatchObject({
    ino: written.ino,
    mtimeNs: written.mtimeNs,
  });
  workspace.write("app/a.txt", "b");
  expect(await signIn(workspace.root)).toMatchObject({
    value: {
      state: "done",
      cause: "signatures-changed",
      facts: { changed: "app:pack, app:push" },
    },
  });
  const now = targetsIn(readFileSync(file, "utf8"));
  const changed = Object.entries(targetsIn(first)).filter(([id, before]) => now[id] !== before);
  expect(changed.map(([id]) => id)).toEqual(["app:pack", "app:push"]);
});

test("a broken pipeline is reported by line and column and nothing is written", async () => {
  using workspace = openWorkspace();
  workspace.write("ci/cig.toml", `${pipeline}image = 1\n`);
  expect(await signIn(workspace.root)).toMatchObject({
    ok: false,
    failure: { reason: "pipeline-invalid", problems: [{ line: 6, column: 1 }] },
  });
  expect(statSync(path.join(workspace.root, "dist"), { throwIfNoEntry: false })).toBeUndefined();
});
