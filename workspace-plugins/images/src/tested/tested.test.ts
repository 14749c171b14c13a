import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { initKeys, readSigningKey, readTrust, signingKeyFile } from "@slipway/attestation";
import type { SigningKey } from "@slipway/attestation";
import { fail } from "@slipway/signature";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openMatrixRig, workspaceFiles } from "../../test/matrix-rig.ts";
import type { MatrixRig } from "../../test/matrix-rig.ts";
import { valueOf } from "../../test/rig.ts";
import { identifyBuilt } from "../matrix/current-table.ts";
import { planMatrix } from "../matrix/plan-matrix.ts";
import { imagesOf, selectReferences } from "../matrix/select-images.ts";
import { readRecord } from "./record.ts";
import type { Belief } from "./record.ts";
import { mergeTested, recordTested } from "./record-tested.ts";

const { signal } = new AbortController();
const noon = new Date("2026-11-21T12:00:00Z");
const later = new Date("2026-11-21T13:00:00Z");
const names = ["slipway/local:tiny", "slipway/local:more"];

let built: MatrixRig;
let rig: MatrixRig;
let key: SigningKey;

beforeAll(async () => {
  built = await openMatrixRig();
  await built.build();
});
afterAll(async () => built[Symbol.asyncDispose]());
beforeEach(async () => {
  rig = await openMatrixRig(built);
  key = await keyIn("home");
});
afterEach(async () => rig[Symbol.asyncDispose]());

/** The key of a machine, which the workspace trusts from now on. */
async function keyIn(home: string): Promise<SigningKey> {
  const variables = { HOME: path.join(rig.root, ".slipway", home) };
  valueOf(await initKeys(rig.root, variables));
  return valueOf(await readSigningKey(signingKeyFile(variables)));
}

const file = (name = "record.jsonl") => path.join(rig.root, ".slipway", name);

async function beliefAt(now: Date): Promise<Belief> {
  return { trust: valueOf(await readTrust(rig.root)), now };
}

async function writing(name?: string, now = noon) {
  return { workspaceRoot: rig.root, file: file(name), belief: await beliefAt(now), signal };
}

async function record(images: readonly string[], name?: string, now = noon, by = key) {
  const { images: all } = await rig.sources();
  return recordTested(images, all, { ...(await writing(name, now)), key: by });
}

/** What a matrix by the record still has, for amd64. */
async function untested(name?: string): Promise<readonly string[]> {
  const { images } = await rig.sources();
  const { lines } = valueOf(await readRecord(file(name), await beliefAt(later)));
  const wanted = imagesOf(images, "agents").filter(
    ({ image, architecture }) => image.buildsLocally && architecture === "amd64",
  );
  const { include } = await planMatrix(wanted, images, {
    published: undefined,
    tested: new Map(lines.map((line) => [line.key, line.ingredients])),
    revision: undefined,
    built: identifyBuilt(rig.root, images),
  });
  return include.map(({ image }) => image).toSorted();
}

const textOf = async (name?: string) => readFile(file(name), "utf8");

describe("an image that passed", () => {
  test("is not tested again while all that it is made of is as it was", async () => {
    expect(await untested()).toEqual(names.toSorted());
    valueOf(await record(["slipway/local:tiny"]));
    expect(await untested()).toEqual(["slipway/local:more"]);
    valueOf(await record(["slipway/local:more"]));
    expect(await untested()).toEqual([]);
  });

  test.each([
    ["its install.sh", { "agents/local/install.sh": "#!/bin/sh\nother\n" }],
    ["its version", { "agents/local/version.sh": "echo 2.0.0\n" }],
    ["the Dockerfile of agents", { "infra/images/agent.Dockerfile": "ARG BASE_IMAGE\nFROM x\n" }],
    [
      "the base of its base",
      { "bases/tiny/Dockerfile": `${workspaceFiles["bases/tiny/Dockerfile"]}ENV A=1\n` },
    ],
  ])("is tested again after a change of %s", async (_what, files) => {
    valueOf(await record(names));
    await rig.write(files);
    expect(await untested()).toEqual(names.toSorted());
  });

  test("is not for what only people read", async () => {
    valueOf(await record(names));
    await rig.write({
      "agents/local/agent.yml": "agent_full_name: Other\nagent_homepage: x\nbuild_local: true\n",
    });
    expect(await untested()).toEqual([]);
  });

  test("has all that it was made from in its line, its version and its base's id among them", async () => {
    valueOf(await record(["slipway/local:more"]));
    const { lines } = valueOf(await readRecord(file(), await beliefAt(later)));
    expect(lines.map((line) => line.key)).toEqual(["slipway/local:more linux/amd64"]);
    expect(Object.keys(lines[0]?.ingredients ?? {}).toSorted()).toEqual([
      "base",
      "base base",
      "base base definition",
      "base base dockerfile",
      "base base from-image",
      "base definition",
      "base dockerfile",
      "definition",
      "dockerfile",
      "platform",
      "redistribution",
      "version",
    ]);
    expect(lines[0]?.ingredients).toMatchObject({ version: "1.0.0", platform: "linux/amd64" });
  });

  test("cannot be noted where it has not been built, or from other files than are here", async () => {
    await rig.write({ "agents/local/install.sh": "#!/bin/sh\nother\n" });
    expect(await record(names)).toMatchObject({
      failure: {
        reason: "tested-not-current",
        image: "slipway/local:tiny",
        reasons: [{ ingredient: "definition" }],
      },
    });
    await rig.write({
      "agents/late/agent.yml": workspaceFiles["agents/local/agent.yml"] ?? "",
      "agents/late/install.sh": "",
      "agents/late/version.sh": "",
    });
    expect(await record(["slipway/late:tiny"])).toEqual(
      fail({ reason: "tested-not-built", image: "slipway/late:tiny", target: "late:image-tiny" }),
    );
    expect(await untested()).toContain("slipway/local:tiny");
  });
});

describe("a line of a record counts as if it were not there", () => {
  beforeEach(async () => void valueOf(await record(names)));

  async function disbelieved() {
    const read = valueOf(await readRecord(file(), await beliefAt(later)));
    return read.disbelieved.map(({ line, problem }) => [line, problem.kind]);
  }

  test("when its signer is not trusted", async () => {
    await writeFile(
      path.join(rig.root, ".slipway/trust/signers.json"),
      '{"schema":1,"signers":{}}',
    );
    expect(await disbelieved()).toEqual([
      [1, "untrusted"],
      [2, "untrusted"],
    ]);
    expect(await untested()).toEqual(names.toSorted());
  });

  test.each<[string, (text: string) => string]>([
    [
      "when a byte of what it says is another",
      (text) =>
        text.replace(/"payload":"([^"]+)"/, (_all, payload: string) => {
          const said = Buffer.from(payload, "base64").toString("utf8");
          const other = said.replace("linux/amd64", "linux/arm64");
          return `"payload":"${Buffer.from(other).toString("base64")}"`;
        }),
    ],
    ["when it is cut", (text) => text.slice(0, 200) + text.slice(text.indexOf("\n"))],
    ["when it is none", (text) => `{}${text.slice(text.indexOf("\n"))}`],
    ["when it is longer than any", (text) => `${" ".repeat(70_000)}${text}`],
  ])("%s, and the next one still counts", async (_what, change) => {
    await writeFile(file(), change(await textOf()));
    expect((await disbelieved()).map(([line]) => line)).toEqual([1]);
    // In the order of names.
    expect(await untested()).toEqual(["slipway/local:more"]);
  });

  test("and is dropped when the record is written again", async () => {
    await writeFile(file(), `{}\n${await textOf()}`);
    const merged = valueOf(await mergeTested([], await writing()));
    expect(merged.disbelieved.map(({ line }) => line)).toEqual([1]);
    expect((await textOf()).split("\n")).toHaveLength(3);
  });

  test("a file without an end is refused unread", async () => {
    await writeFile(file(), Buffer.alloc(16 * 1024 * 1024 + 1, "x"));
    expect(await readRecord(file(), await beliefAt(later))).toMatchObject({
      failure: { reason: "tested-too-large" },
    });
  });
});

describe("records of several jobs", () => {
  test("are the same one in whatever order they are put together, and so is one of one", async () => {
    const other = await keyIn("runner");
    valueOf(await record(["slipway/local:tiny"], "a.jsonl"));
    valueOf(await record(names, "b.jsonl", later, other));
    valueOf(
      await mergeTested([file("a.jsonl"), file("b.jsonl")], await writing("ab.jsonl", later)),
    );
    valueOf(
      await mergeTested([file("b.jsonl"), file("a.jsonl")], await writing("ba.jsonl", later)),
    );
    expect(await textOf("ab.jsonl")).toBe(await textOf("ba.jsonl"));
    // What passed last is what counts: all of the second job.
    expect(await textOf("ab.jsonl")).toBe(await textOf("b.jsonl"));
    valueOf(await mergeTested([file("ab.jsonl")], await writing("ab.jsonl", later)));
    expect(await textOf("ab.jsonl")).toBe(await textOf("b.jsonl"));
  });

  test("that write one file at once lose nothing", async () => {
    await Promise.all(names.map((name) => record([name])));
    expect(await untested()).toEqual([]);
  });

  test("are what a job was told last, also when another machine's clock was ahead", async () => {
    valueOf(await record(names, undefined, new Date("2030-01-01T00:00:00Z")));
    await rig.write({ "agents/local/install.sh": "#!/bin/sh\nother\n" });
    await rig.build();
    valueOf(await record(names, undefined, noon));
    expect(await untested()).toEqual([]);
  });

  test("of files that are not there are empty", async () => {
    await mkdir(path.dirname(file()), { recursive: true });
    valueOf(await mergeTested([file("none.jsonl")], await writing("out.jsonl")));
    expect(await textOf("out.jsonl")).toBe("");
  });
});

test("an image is named with or without what all names begin with, and an unknown one is told", async () => {
  const { images } = await rig.sources();
  const found = selectReferences(images, ["local:tiny", "slipway/local:tiny", "local:more"]);
  expect(valueOf(found)).toEqual(names);
  expect(selectReferences(images, ["local:none"])).toMatchObject({
    failure: { reason: "image-unknown", image: "local:none" },
  });
});
