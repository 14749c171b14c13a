import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ProjectGraph, TargetConfiguration } from "@nx/devkit";
import {
  digestOf,
  fail,
  ok,
  openWorkspaceTree,
  ownFactFile,
  ownFactValue,
} from "@slipway/signature";
import type { Result, SignatureFailure, SignedTargets } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { signIn } from "./sign-now.ts";
import { idsToSign, signatureFiles, writeSignatureFacts } from "./signature-files.ts";
import type { SignatureFiles } from "./signature-files.ts";

const pipeline = `version = "0.2"
[project]
name = "fleet"
[jobs.check]
source_files = ["app/**"]
steps = [{ run = "make check" }]
`;

const never = new AbortController().signal;
let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-signature-files-"));
  write("ci/cig.toml", pipeline);
  write("app/a.txt", "a");
  write("package-lock.json", '{"packages":{}}');
  execFileSync("git", ["init", "-q"], { cwd: root });
});
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

const signature: TargetConfiguration = { executor: "@slipway/executors:signature", inputs: [] };
const pack: TargetConfiguration = { executor: "nx:noop", inputs: ["{projectRoot}/**/*"] };
const serve: TargetConfiguration = { executor: "nx:noop", continuous: true };

function graph(): ProjectGraph {
  const node = (name: string, targets: Record<string, TargetConfiguration>) => ({
    name,
    type: "lib" as const,
    data: { root: name, tags: ["slipway"], targets },
  });
  return {
    nodes: { app: node("app", { pack, serve, signature }), ci: node("ci", { signature }) },
    dependencies: {},
  };
}

const targets = new Map([
  ["app:signature", { project: "app", target: "signature" }],
  ["ci:signature", { project: "ci", target: "signature" }],
]);

async function find(signed?: Result<SignedTargets, SignatureFailure>): Promise<SignatureFiles> {
  const tree = await openWorkspaceTree(root, never);
  if (!tree.ok) throw new Error(tree.failure.reason);
  const ids = idsToSign(targets, graph());
  const request = { graph: graph(), namedInputs: {}, facts: {}, ids, signal: never };
  const all = signed ?? (await signIn(tree.value, request));
  return signatureFiles(targets, { graph: graph(), tree, signed: all }, never);
}

test("what a command reaches is signed, and all of a project whose file it writes", () => {
  const packed = new Map([["app:pack", { project: "app", target: "pack" }]]);
  expect(idsToSign(packed, graph())).toEqual(["app:pack"]);
  expect(idsToSign(targets, graph())).toEqual([
    "app:pack",
    "app:serve",
    "app:signature",
    "ci:signature",
  ]);
});

type File = { readonly targets: object; readonly jobs: object };

function idsIn(files: SignatureFiles, id: string): readonly string[] {
  const text = files.get(id);
  if (text?.ok !== true) throw new Error("no text");
  const file = JSON.parse(text.value) as File;
  return [...Object.keys(file.targets), ...Object.keys(file.jobs)];
}

test("a project's file has its other targets and the jobs of its pipeline", async () => {
  const files = await find();
  expect([...files.keys()]).toEqual(["app:signature", "ci:signature"]);
  expect(idsIn(files, "app:signature")).toEqual(["app:pack"]);
  expect(idsIn(files, "ci:signature")).toEqual(["fleet:check"]);
});

test("a file that a job reads changes the file of its pipeline, and another one does not", async () => {
  const before = await find();
  write("ci/notes.md", "more");
  expect(await find()).toEqual(before);
  write("app/a.txt", "b");
  const after = await find();
  expect([...after].filter(([id, text]) => text !== before.get(id)).map(([id]) => id)).toEqual([
    "app:signature",
    "ci:signature",
  ]);
  expect(after.get("ci:signature")).not.toEqual(before.get("ci:signature"));
});

test("a broken pipeline and a target without a signature fail those that would name them, and no others", async () => {
  write("ci/cig.toml", `${pipeline}image = 1\n`);
  const broken = await find();
  expect(broken.get("app:signature")).toMatchObject({ ok: true });
  expect(broken.get("ci:signature")).toMatchObject({
    ok: false,
    failure: { reason: "pipeline-invalid", problems: [{ line: 7, column: 1 }] },
  });
  const failure = { reason: "tool-not-locked", target: "app:pack", tool: "x" } as const;
  const signed = ok(new Map([["app:pack", fail(failure)]]));
  expect((await find(signed)).get("app:signature")).toEqual({ ok: false, failure });
});

test("the fact of a file changes with it, stays while it stays, and is new each time where there is none", () => {
  const factOf = (): string =>
    readFileSync(path.join(root, ownFactFile("ci", "signature")), "utf8");
  const hook = (text: Result<string, SignatureFailure>): string => {
    writeSignatureFacts(root, targets, new Map([["ci:signature", text]]));
    return factOf();
  };
  expect(hook(ok("text"))).toBe(ownFactValue(digestOf("text")));
  const { ino } = statSync(path.join(root, ownFactFile("ci", "signature")));
  expect(hook(ok("text"))).toBe(ownFactValue(digestOf("text")));
  expect(statSync(path.join(root, ownFactFile("ci", "signature"))).ino).toBe(ino);
  expect(hook(ok("other"))).toBe(ownFactValue(digestOf("other")));
  const unsigned = fail({ reason: "path-not-utf8", folder: "", path: "" } as const);
  const first = hook(unsigned);
  expect(first).toMatch(/^unsigned-/);
  expect(hook(unsigned)).not.toBe(first);
});
