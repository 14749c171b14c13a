import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { DescMessage } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { never, openRig } from "../test/rig.ts";
import type { Rig } from "../test/rig.ts";
import { canonicalJson } from "./canonical-json.ts";
import { digestOf, hexOf } from "./digest.ts";
import type { Digest } from "./digest.ts";
import { hashInProcess } from "./hash-files.ts";
import { actionSchema } from "./ingredients.ts";
import { digestInputTree } from "./input-tree.ts";
import { listFiles } from "./listing.ts";
import { file_remote_execution } from "../test/remote-execution_pb.ts";
import { ok } from "./result.ts";
import { signTargets } from "./sign-targets.ts";
import type { TargetDefinition } from "./target.ts";
import { openTree } from "./tree/open-tree.ts";

/**
 * The client is Bazel's Go SDK for the Remote Execution API, with the messages that the API's authors publish. It reads
 * the folder by itself and shares no line with us.
 */
const source = path.join(import.meta.dirname, "..", "test", "reapi-client");

let folder: string;
let client: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-reapi-"));
  client = path.join(folder, "reapi-client");
  const built = spawnSync("go", ["build", "-mod=readonly", "-o", client, "."], {
    cwd: source,
    encoding: "utf8",
  });
  if (built.error !== undefined || built.status !== 0) {
    const why = built.error?.message ?? built.stderr;
    throw new Error(
      `no client to compare with; it needs Go 1.19 or newer: apt-get install golang\n${why}`,
    );
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const Answer = z.object({
  inputRoot: z.string(),
  command: z.string(),
  action: z.string(),
  messages: z.record(z.string(), z.record(z.string(), z.string())),
});

type Request = {
  readonly folder: string;
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly platform?: Readonly<Record<string, string>>;
  readonly outputPaths?: readonly string[];
  readonly doNotCache?: boolean;
  readonly salt?: string;
};

function askClient(request: Request): z.output<typeof Answer> {
  const input = JSON.stringify({ inputs: ["."], ...request });
  const { status, stdout, stderr } = spawnSync(client, { input, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return Answer.parse(JSON.parse(stdout));
}

/** As the client writes a digest, without the size, which only it knows of an action. */
function hashOf(digest: string): string {
  return digest.split("/")[0] ?? "";
}

/** The root of a folder by us; folders with nothing in them are only in the listing of a whole tree. */
async function rootOf(rig: Rig, emptyFolders: readonly string[] = []): Promise<string> {
  const listing = await listFiles(rig.root, never);
  if (!listing.ok) throw new Error(listing.failure.reason);
  const regular = listing.value.files.filter((file) => file.kind === "file");
  const { digests } = await hashInProcess(rig.root, regular, never);
  const files = listing.value.files.map((file) => {
    if (file.kind === "symlink") return file;
    const digest = digests.get(file.path);
    if (digest === undefined) throw new Error(`${file.path} has no digest`);
    return { kind: "file", ...digest } as const;
  });
  const { digest, sizeBytes } = digestInputTree(files, emptyFolders);
  return `${hexOf(digest)}/${sizeBytes}`;
}

function openFolder(): Rig {
  const rig = openRig({
    "a.txt": "a",
    "a/b/c/d/e/deep.txt": "deep",
    "a-b": "between a and a/b",
    empty: "",
    "names/\uFF5E": "sorts after by UTF-16",
    "names/\u{1F600}": "sorts after by bytes",
    "names/\u{1F600}.d/x": "x",
    "names/e\u0301": "NFD",
    "names/\u00E9": "NFC",
    'names/with space and "quotes" and \\': "odd",
    "names/\n": "a line of its own",
    "run.sh": "#!/bin/sh\n",
    "big.bin": "0123456789".repeat(300_000),
  });
  rig.makeExecutable("run.sh");
  rig.link("links", "a/b");
  rig.link("names/up", "../a.txt");
  rig.link("dangling", "nowhere/at/all");
  return rig;
}

test("the input root of a folder with everything that is odd", async () => {
  using rig = openFolder();
  expect(await rootOf(rig)).toBe(askClient({ folder: rig.root }).inputRoot);
});

test("the input root with folders that have nothing in them", async () => {
  using rig = openFolder();
  const empty = ["nothing", "a/nothing", "deep/er/nothing"];
  for (const name of empty) mkdirSync(path.join(rig.root, name), { recursive: true });
  expect(await rootOf(rig, empty)).toBe(askClient({ folder: rig.root }).inputRoot);
});

test("the digest of a folder with everything that is odd, as the tree has it", async () => {
  using rig = openFolder();
  const tree = await openTree(rig.root, { cacheFile: undefined, signal: never });
  const found = tree.ok ? await tree.value.digestOfFolder("") : tree;
  if (!found.ok) throw new Error(found.failure.reason);
  const { digest, sizeBytes } = found.value;
  expect(`${hexOf(digest)}/${sizeBytes}`).toBe(askClient({ folder: rig.root }).inputRoot);
});

test("the input root of any folder", async () => {
  const name = fc.oneof(
    fc.constantFrom("a", "b", "a.b", "a-b", "\uFF5E", "\u{1F600}", "\u{10FFFF}", "\uE000"),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 3 }),
  );
  const isName = (text: string): boolean => !/^\.{1,2}$|[/\0]/.test(text) && text.isWellFormed();
  const tree = fc.dictionary(
    fc.array(name.filter(isName), { minLength: 1, maxLength: 3 }).map((names) => names.join("/")),
    fc.record({ text: fc.string({ unit: "binary" }), isExecutable: fc.boolean() }),
    { minKeys: 1, maxKeys: 6 },
  );
  await fc.assert(
    fc.asyncProperty(tree, async (files) => {
      using rig = openRig();
      const paths = Object.keys(files);
      for (const [file, { text, isExecutable }] of Object.entries(files)) {
        if (paths.some((other) => other.startsWith(`${file}/`))) continue;
        rig.write(file, text);
        rig.makeExecutable(file, isExecutable);
      }
      expect(await rootOf(rig)).toBe(askClient({ folder: rig.root }).inputRoot);
    }),
    { numRuns: 40 },
  );
});

const target: TargetDefinition = {
  id: "fleet:image",
  project: "fleet",
  projectRoot: "fleet",
  executor: "@slipway/executors:image",
  options: { platform: { os: "linux", arch: "amd64" }, base: "\u{1F600}" },
  inputs: {
    filesets: [{ patterns: ["**"], includesIgnored: false }],
    env: ["\uFF5E", "UNSET", "EMPTY", "SET", "\u{1F600}"],
    tools: ["tar-stream", "dockerode"],
    probes: ["tool --version"],
  },
  outputs: ["fleet/dist/log", "fleet/dist/\u{1F600}", "fleet/dist/\uFF5E"],
  upstreams: [],
  isCached: true,
};

async function sign(rig: Rig, definition: TargetDefinition): Promise<Digest> {
  const listing = await listFiles(rig.root, never);
  if (!listing.ok) throw new Error(listing.failure.reason);
  const sources = {
    tree: { listing: listing.value, hash: hashInProcess },
    environment: { EMPTY: "", SET: "value", "\uFF5E": "", "\u{1F600}": "" },
    lockedTools: (name: string) => [{ name, version: "1.0.0" }],
    probe: async () => ok("1.2.3"),
    secretKey: async () => "key",
    salt: "pepper",
  };
  const signed = (await signTargets([definition], sources, never)).get(definition.id);
  if (signed?.ok !== true) throw new Error(JSON.stringify(signed));
  return signed.value.signature;
}

test.each([true, false])(
  "a signature is the digest of an action (cached: %s)",
  async (isCached) => {
    using rig = openFolder();
    const { action } = askClient({
      folder: rig.root,
      arguments: [target.executor, canonicalJson(target.options), target.id, target.projectRoot],
      environment: {
        UNSET: "unset",
        EMPTY: "empty",
        SET: `set ${digestOf("value")}`,
        "\uFF5E": "empty",
        "\u{1F600}": "empty",
      },
      platform: {
        "npm:tar-stream": "1.0.0",
        "npm:dockerode": "1.0.0",
        "probe:tool --version": "1.2.3",
      },
      outputPaths: target.outputs,
      doNotCache: !isCached,
      salt: canonicalJson({ schema: actionSchema, upstreams: [], salt: "pepper" }),
    });
    expect(hexOf(await sign(rig, { ...target, isCached }))).toBe(hashOf(action));
  },
);

test("a target with nothing but a name has the action of the client too", async () => {
  using rig = openRig({ "a.txt": "a" });
  const bare: TargetDefinition = {
    ...target,
    options: {},
    inputs: { filesets: target.inputs.filesets, env: [], tools: [] },
    outputs: [],
  };
  const { action } = askClient({
    folder: rig.root,
    arguments: [bare.executor, "{}", bare.id, bare.projectRoot],
    salt: canonicalJson({ schema: actionSchema, upstreams: [], salt: "pepper" }),
  });
  expect(hexOf(await sign(rig, bare))).toBe(hashOf(action));
});

function fieldsOf(message: DescMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    message.fields.map((field) => {
      const { proto } = field;
      const isRepeated = field.fieldKind === "list";
      const kind = proto.typeName === "" ? scalarNames[proto.type] : proto.typeName.slice(1);
      return [field.name, `${field.number} ${isRepeated ? "repeated" : "optional"} ${kind}`];
    }),
  );
}

/** Of `google.protobuf.FieldDescriptorProto.Type`. */
const scalarNames: Readonly<Record<number, string>> = {
  3: "int64",
  8: "bool",
  9: "string",
  12: "bytes",
};

function messagesOf(messages: readonly DescMessage[]): readonly DescMessage[] {
  return messages.flatMap((message) => [message, ...messagesOf(message.nestedMessages)]);
}

test("our messages have the names, numbers and types of the published ones", () => {
  using rig = openRig();
  const published = askClient({ folder: rig.root }).messages;
  const ours = messagesOf(file_remote_execution.messages);
  expect(ours.map(({ typeName }) => typeName.split(".").at(-1))).toEqual([
    "Digest",
    "Platform",
    "Property",
    "Command",
    "EnvironmentVariable",
    "Action",
    "Directory",
    "FileNode",
    "DirectoryNode",
    "SymlinkNode",
  ]);
  for (const message of ours) {
    expect(published[message.typeName]).toMatchObject(fieldsOf(message));
  }
});
