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
    digest: "sha256:e100d4d12444d1af9b9e7262ccfe88161b39f3acfd370a4909d979f0a53e9c44",
    sizeBytes: 166,
  },
  command: "sha256:0b2acce5c50882eba721867cd231406ad59d13da11af0197ecd46984d9066398",
  withFields: "sha256:cba1d188be20a27ce15719c87b298d33894319727c6b434148b1c9320e956834",
  action: "sha256:ce0b5964e420dae6e054ff0c9c8105671f7eacfafc06ca4493a0c87abb26e1b2",
  uncached: "sha256:a935d177d5afd32a3a73fee627e68bfeb0559246f8dcdd108d478cb4fbacbb7f",
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

const digestOfRoot = parseDigest(golden.root.digest) ?? digestOf("");

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
  probes: [{ name: "node --version", version: "v26.10.0" }],
  jsonFields: [],
  upstreams: [{ id: "base:image", signature: digestOf("upstream") }],
  salt: "pepper",
};

test("the input root is the Merkle tree of the Remote Execution API", () => {
  expect(digestInputTree(files)).toEqual(golden.root);
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

test("fields of JSON files are in the salt, and nothing is where there are none", () => {
  const version = '{"version":"1"}';
  const jsonFields = [
    {
      path: "fleet/package.json",
      choice: "version",
      digest: digestOf(version),
      sizeBytes: version.length,
    },
  ];
  const ingredients = listIngredients(definition, { ...found, jsonFields });
  expect(encodeAction(ingredients).signature).toBe(golden.withFields);
});

test("the value of a variable is nowhere in the command", () => {
  const { command } = encodeAction(listIngredients(definition, found));
  expect(Buffer.from(command).includes("hunter2")).toBe(false);
});
