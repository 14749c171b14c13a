import { mediaTypes, openRegistry, parseReference } from "@slipway/registry";
import { hangs, resets, says, withBody, withHeaders } from "@slipway/registry/faults";
import { answer, serveMemory } from "@slipway/registry/memory-registry";
import type { Fault, MemoryRegistry } from "@slipway/registry/memory-registry";
import { digestOf } from "@slipway/signature";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openMatrixRig, workspaceFiles } from "../../test/matrix-rig.ts";
import type { MatrixRig } from "../../test/matrix-rig.ts";
import { identifyBuilt } from "./current-table.ts";
import { planMatrix, recordOf } from "./plan-matrix.ts";
import type { Matrix, Records } from "./plan-matrix.ts";
import { openPublished } from "./published.ts";
import type { Published } from "./published.ts";
import { imagesOf } from "./select-images.ts";

/** Where all was built, beside `rig`, where nothing is: as in a fresh clone. */
let built: MatrixRig;
let rig: MatrixRig;
let served: MemoryRegistry;
let namespaces = 0;

beforeAll(async () => {
  served = await serveMemory();
  built = await openMatrixRig();
  await built.build();
});
afterAll(async () => {
  await built[Symbol.asyncDispose]();
  await served[Symbol.asyncDispose]();
});
beforeEach(async () => {
  rig = await openMatrixRig();
  namespaces += 1;
});
afterEach(async () => rig[Symbol.asyncDispose]());

/** Of this test alone, as are the faults of what is in it. */
const namespace = () => `agents${namespaces}`;
const prefix = () => `${served.host}/${namespace()}`;
const manifest = (name: string) =>
  new RegExp(`GET /v2/${namespace()}/${name.replace(":", "/manifests/")}`);

async function plan(
  records: Partial<Omit<Records, "built">>,
  of: "agents" | "bases" = "agents",
): Promise<Matrix> {
  const { images } = await rig.sources();
  return planMatrix(imagesOf(images, of), images, {
    published: undefined,
    tested: undefined,
    revision: undefined,
    ...records,
    built: identifyBuilt(rig.root, images),
  });
}

function published(host = prefix()): Published {
  const retry = { tries: 2, firstPauseMs: 0, longestPauseMs: 0, pause: async () => {} };
  const opened = openPublished(openRegistry({ timeoutMs: 300, retry }), host);
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  return opened.value;
}

/** Images with the rows of the table by which they are in a matrix. */
function told({ include }: Matrix): readonly string[] {
  return include.map(({ image, arch, reasons }) => {
    const rows = reasons.map((reason) =>
      "ingredient" in reason ? reason.ingredient : reason.kind,
    );
    return `${image} ${arch}: ${rows.join(", ")}`;
  });
}

const onAmd64 = ({ include, ...rest }: Matrix): Matrix => ({
  ...rest,
  include: include.filter(({ arch }) => arch === "amd64"),
});

const tested = new Map<string, never>();
const untested = [
  "slipway/local:tiny amd64: never-tested",
  "slipway/local:more amd64: never-tested",
];

describe("without a record", () => {
  test("that is the reason, and not that there never was an image", async () => {
    const { include } = await plan({});
    expect(new Set(include.flatMap(({ reasons }) => reasons.map(({ kind }) => kind)))).toEqual(
      new Set(["no-record"]),
    );
  });

  test("every image is in the matrix for every processor, as what may be pushed or may not", async () => {
    const { include, of } = await plan({});
    expect(of).toBe(7);
    expect(include.map(({ reasons: _reasons, ...entry }) => entry)).toContainEqual({
      kind: "build",
      agent: "tool",
      base: "tiny",
      arch: "arm64",
      platform: "linux/arm64",
      image: "slipway/tool:tiny",
      target: "tool:image-tiny",
      push: "tool:push-tiny",
    });
    expect(include.filter(({ kind, push }) => (kind === "test") === (push !== undefined))).toEqual(
      [],
    );
    expect(include.map(({ kind, image, arch }) => `${kind} ${image} ${arch}`).toSorted()).toEqual([
      "build slipway/extended:tool--more--marker--own amd64",
      "build slipway/tool:more amd64",
      "build slipway/tool:tiny amd64",
      "build slipway/tool:tiny arm64",
      "test slipway/local:more amd64",
      "test slipway/local:tiny amd64",
      "test slipway/local:tiny arm64",
    ]);
    expect(include.find(({ extended }) => extended === "full")).toMatchObject({
      agent: "tool",
      base: "more",
      target: "full:image",
    });
  });

  test("bases have a matrix of their own, which names no agent", async () => {
    const { include } = await plan({}, "bases");
    expect(include.map(({ base, arch, agent }) => [base, arch, agent])).toEqual([
      ["tiny", "amd64", undefined],
      ["tiny", "arm64", undefined],
      ["more", "amd64", undefined],
    ]);
  });
});

describe("compared with a registry", () => {
  beforeEach(async () => {
    await built.push(prefix());
  });

  test("what was pushed from the same definitions is not in the matrix, without anything built here", async () => {
    const matrix = await plan({ published: published(), tested });
    expect(told(onAmd64(matrix)).toSorted()).toEqual(untested.toSorted());
    expect(matrix.unknown).toEqual([]);
    expect(told(onAmd64(await plan({ published: published() }, "bases")))).toEqual([]);
  });

  test("a processor that nothing was pushed for is, whatever this machine has", async () => {
    const { include } = await plan({ published: published(), tested });
    const onArm = include.filter(({ arch }) => arch === "arm64");
    expect(told({ include: onArm, unknown: [], of: 2 })).toEqual([
      "slipway/local:tiny arm64: never-tested",
      "slipway/tool:tiny arm64: not-published",
    ]);
  });

  test.each<{ change: string; files: Readonly<Record<string, string>>; images: readonly string[] }>(
    [
      {
        change: "an agent's install.sh",
        files: { "agents/tool/install.sh": "#!/bin/sh\nother\n" },
        images: [
          "slipway/extended:tool--more--marker--own amd64: base definition",
          "slipway/tool:more amd64: definition",
          "slipway/tool:tiny amd64: definition",
        ],
      },
      {
        change: "what an agent is called",
        files: {
          "agents/tool/agent.yml":
            "agent_full_name: Other\nagent_homepage: https://other.example\nbuild_local: false\n",
        },
        images: [],
      },
      {
        change: "a Dockerfile two images below",
        files: { "bases/tiny/Dockerfile": `${workspaceFiles["bases/tiny/Dockerfile"]}ENV A=2\n` },
        images: [
          "slipway/extended:tool--more--marker--own amd64: base base base dockerfile",
          "slipway/tool:more amd64: base base dockerfile",
          "slipway/tool:tiny amd64: base dockerfile",
        ],
      },
      {
        change: "a data file of an extension",
        files: { "extensions/own/note": "another note\n" },
        images: ["slipway/extended:tool--more--marker--own amd64: extension 2"],
      },
      {
        change: "the Dockerfile of all agents",
        files: { "infra/images/agent.Dockerfile": "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN x\n" },
        images: [
          "slipway/extended:tool--more--marker--own amd64: base dockerfile",
          "slipway/tool:more amd64: dockerfile",
          "slipway/tool:tiny amd64: dockerfile",
        ],
      },
    ],
  )("a change of $change is found", async ({ files, images }) => {
    await rig.write(files);
    const matrix = onAmd64(await plan({ published: published(), tested }));
    expect(
      told(matrix)
        .filter((text) => !untested.includes(text))
        .toSorted(),
    ).toEqual(images);
  });

  test("a base that was pushed anew from the same definition is a change of all that stands on it", async () => {
    const asked = published();
    const moved: Published = async (source) => {
      const found = await asked(source);
      return source.image.reference === "slipway/base:tiny" && found.state === "present"
        ? { ...found, value: { ...found.value, imageId: digestOf("another one") } }
        : found;
    };
    expect(told(onAmd64(await plan({ published: moved, tested }))).toSorted()).toEqual(
      [
        ...untested,
        "slipway/extended:tool--more--marker--own amd64: base base base",
        "slipway/tool:more amd64: base base",
        "slipway/tool:tiny amd64: base",
      ].toSorted(),
    );
    const bases = onAmd64(await plan({ published: moved }, "bases"));
    expect(told(bases)).toEqual(["slipway/base:more amd64: base"]);
  });
});

/** Certain answers build, and no other does. */
describe("a registry that", () => {
  beforeEach(async () => {
    await built.push(prefix());
  });

  const page = Buffer.from("<html>please log in</html>");

  test.each<[what: string, fault: Fault, state: "build" | "unknown" | "stands"]>([
    ["answers", (reply, response) => answer(reply(), response), "stands"],
    ["says that it has no such manifest", says(404), "build"],
    ["wants a password", says(401), "unknown"],
    ["forbids it", says(403), "unknown"],
    ["asks for a pause", says(429, { "retry-after": "3600" }), "unknown"],
    ["fails", says(500), "unknown"],
    ["is behind a proxy that fails", says(502), "unknown"],
    ["is down for a while", says(503), "unknown"],
    ["does not answer in time", hangs, "unknown"],
    ["breaks the connection", resets, "unknown"],
    ["answers with a page of somebody else", withBody(() => page), "unknown"],
    [
      "answers with other bytes than it says",
      withBody((body) => Buffer.concat([body, page])),
      "unknown",
    ],
    [
      "answers with an object that is no manifest",
      says(200, { "content-type": "application/json" }, "{}"),
      "unknown",
    ],
    ["packs what was not to be packed", withHeaders({ "content-encoding": "gzip" }), "unknown"],
    [
      "has an image of which nothing says what it was made from",
      says(
        200,
        { "content-type": mediaTypes.ociManifest },
        JSON.stringify({ config: { digest: digestOf("config") }, layers: [] }),
      ),
      "build",
    ],
  ])("%s: the image is decided as that says", async (_what, fault, state) => {
    served.misbehave(manifest("tool:tiny"), fault);
    const { include, unknown } = await plan({ published: published(), tested: new Map() });
    const isIn = (list: readonly { readonly image: string; readonly platform: string }[]) =>
      list.some((one) => one.image === "slipway/tool:tiny" && one.platform === "linux/amd64");
    expect({ build: isIn(include), unknown: isIn(unknown) }).toEqual({
      build: state === "build",
      unknown: state === "unknown",
    });
  });

  test("is not there at all builds nothing, and each image is said", async () => {
    const { include, unknown } = await plan({ published: published("127.0.0.1:9/agents"), tested });
    expect(include.filter(({ kind }) => kind === "build")).toEqual([]);
    const failed = new Set(unknown.map(({ failure }) => failure.reason));
    expect([...failed]).toEqual(["registry-unreachable"]);
    expect(unknown.map(({ image }) => image)).toContain("slipway/tool:more");
  });

  test("says nothing of the base leaves what stands on it, which it still knows by its own rows", async () => {
    served.misbehave(manifest("base:"), says(503));
    expect(told(onAmd64(await plan({ published: published(), tested }))).toSorted()).toEqual(
      untested.toSorted(),
    );
    await rig.write({ "bases/tiny/Dockerfile": "ARG FROM_IMAGE\nFROM ${FROM_IMAGE}\nENV A=2\n" });
    const matrix = onAmd64(await plan({ published: published(), tested }));
    expect(told(matrix)).toContain("slipway/tool:tiny amd64: base dockerfile");
    expect(matrix.unknown.map(({ image }) => image)).toContain("slipway/base:tiny");
  });

  test("has lost the base builds what stands on it: that is certain", async () => {
    served.misbehave(manifest("base:tiny"), says(404));
    const matrix = onAmd64(await plan({ published: published(), tested }));
    expect(told(matrix)).toContain("slipway/tool:tiny amd64: base");
  });

  test("has an index is asked for the image of each processor", async () => {
    const registry = openRegistry();
    const reference = parseReference(`${prefix()}/tool:tiny`);
    if (!reference.ok) throw new Error("no reference");
    const image = await registry.getManifest(reference.value);
    if (image.state !== "present") throw new Error("no image");
    const index = (architecture: string) => ({
      schemaVersion: 2,
      mediaType: mediaTypes.ociIndex,
      manifests: [
        {
          mediaType: mediaTypes.ociManifest,
          digest: image.value.digest,
          size: image.value.bytes.byteLength,
          platform: { os: "linux", architecture },
        },
      ],
    });
    for (const [architecture, isThere] of [
      ["amd64", true],
      ["arm64", false],
    ] as const) {
      const bytes = Buffer.from(JSON.stringify(index(architecture)));
      await registry.putManifest(reference.value, { mediaType: mediaTypes.ociIndex, bytes });
      const matrix = onAmd64(await plan({ published: published(), tested }));
      expect(told(matrix).includes("slipway/tool:tiny amd64: not-published")).toBe(!isThere);
    }
  });

  test("has no name is refused before anything is asked", () => {
    expect(openPublished(openRegistry(), "not a registry")).toMatchObject({
      failure: { reason: "reference-invalid" },
    });
  });
});

describe("compared with a revision", () => {
  test("only what its files say otherwise is in the matrix", async () => {
    const revision = recordOf((await rig.sources()).images);
    expect(told(await plan({ revision }))).toEqual([]);
    await rig.write({ "agents/local/version.sh": "echo 2.0.0\n" });
    expect(told(await plan({ revision })).toSorted()).toEqual([
      "slipway/local:more amd64: definition",
      "slipway/local:tiny amd64: definition",
      "slipway/local:tiny arm64: definition",
    ]);
  });

  test("so is an image that it did not have", async () => {
    const revision = recordOf((await rig.sources()).images);
    await rig.write({
      "agents/new/agent.yml": workspaceFiles["agents/local/agent.yml"] ?? "",
      "agents/new/install.sh": "",
      "agents/new/version.sh": "",
    });
    expect(told(await plan({ revision }))).toContain("slipway/new:tiny arm64: never-built");
  });

  test("so is what stands on a root file system whose own files have changed", async () => {
    const target = {
      executor: "@slipway/executors:rootfs",
      options: { reference: "host/rootfs:1" },
    };
    const push = { executor: "@slipway/executors:rootfs-push" };
    await rig.write({
      "rootfs/project.json": JSON.stringify({ name: "rootfs", targets: { rootfs: target, push } }),
      "rootfs/packages.txt": "bash\n",
      "bases/tiny/base.yml": (workspaceFiles["bases/tiny/base.yml"] ?? "").replace(
        "scratch",
        "host/rootfs:1",
      ),
    });
    const revision = recordOf((await rig.sources()).images);
    expect(told(await plan({ revision }))).toEqual([]);
    await rig.write({ "rootfs/packages.txt": "bash git\n" });
    expect(told(await plan({ revision }))).toContain("slipway/tool:tiny amd64: base rootfs");
  });
});
