import { expect, test } from "vitest";
import { encodeAction } from "./action.ts";
import { digestOf, parseDigest } from "./digest.ts";
import { listIngredients } from "./ingredients.ts";
import type { Found, InputFile } from "./ingredients.ts";
import { digestInputTree } from "./input-tree.ts";
import type { TargetDefinition } from "./target.ts";

/**
 * The expected digests were made by another encoder: the wire format written out by hand in Python, and equal to
 * what google.protobuf 7.36 serialises for the same messages.
 */
const golden = {
  root: {
    hash: "e100d4d12444d1af9b9e7262ccfe88161b39f3acfd370a4909d979f0a53e9c44",
    sizeBytes: 166n,
  },
  command: "sha256:0632afb115382f7541c37bcdb53c489e824a8056f897eb6fce481205d25600ec",
  action: "sha256:655a3e08d983a7ce1df2524cd05d3fdb93b90c99b7cc2e4caf062354faff011b",
  uncached: "sha256:e6d6e1d323d6c73453d8a5e3b2dcd36f2103768a2c39f022c989bfaadb599f0b",
};

function file(path: string, text: string, isExecutable = false): InputFile {
  return {
    kind: "file",
    path,
    digest: digestOf(text),
    sizeBytes: Buffer.byteLength(text),
    isExecutable,
  };
}

const files: readonly InputFile[] = [
  file("fleet/src/run.sh", "#!/bin/sh\n", true),
  file("fleet/names/\u{1F600}.txt", ""),
  file("fleet/names/\uFF5E.txt", "hello\n"),
  { kind: "symlink", path: "fleet/src/link", target: "../elsewhere" },
  file("package.json", "{}\n"),
  file("fleet/src/a.ts", "hello\n"),
];

const digestOfRoot = parseDigest(`sha256:${golden.root.hash}`) ?? digestOf("");

const definition: TargetDefinition = {
  id: "fleet:image",
  project: "fleet",
  projectRoot: "fleet",
  executor: "@slipway/executors:image",
  options: { platform: { os: "linux", arch: "amd64" }, base: "tools", cpus: undefined },
  inputs: { filesets: [], env: ["UNSET", "SECRET", "EMPTY", "SECRET"], tools: [] },
  outputs: ["fleet/dist/log", "fleet/dist/image", "fleet/dist/log"],
  upstreams: ["base:image"],
  isCached: true,
};

const found: Found = {
  inputRoot: { digest: digestOfRoot, sizeBytes: 166 },
  environment: { SECRET: "hunter2", EMPTY: "", OTHER: "is not declared" },
  tools: [
    { name: "tar-stream", version: "3.2.2" },
    { name: "tar-stream", version: "2.2.0" },
    { name: "dockerode", version: "5.0.1" },
  ],
  upstreams: [{ id: "base:image", signature: digestOf("upstream") }],
  salt: "pepper",
};

test("the input root is the Merkle tree of the Remote Execution API", () => {
  expect(digestInputTree(files)).toMatchObject(golden.root);
});

test("a command and an action have the bytes of the Remote Execution API", () => {
  const { action, command, signature } = encodeAction(listIngredients(definition, found));
  expect(digestOf(command)).toBe(golden.command);
  expect(signature).toBe(golden.action);
  expect(digestOf(action)).toBe(signature);
});

test("an uncached target asks not to be cached", () => {
  const uncached = listIngredients({ ...definition, isCached: false }, found);
  expect(encodeAction(uncached).signature).toBe(golden.uncached);
});

test("the value of a variable is nowhere in the command", () => {
  const { command } = encodeAction(listIngredients(definition, found));
  expect(Buffer.from(command).includes("hunter2")).toBe(false);
});
