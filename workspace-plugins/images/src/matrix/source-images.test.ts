import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { madeBy, openBuildingEngine, sessionWith } from "../../test/building-engine.ts";
import { layersOf, workspaceFiles, writeFiles } from "../../test/matrix-rig.ts";
import { readLayoutTable } from "../layout.ts";
import { makeAgent } from "../make-agent.ts";
import { makeBase } from "../make-base.ts";
import { makeExtended } from "../make-extended.ts";
import { decideBuild } from "../ingredients.ts";
import { flatTable } from "../recorded-ingredients.ts";
import { readSourceImages } from "./source-images.ts";
import type { SourceImage } from "./source-images.ts";

let root: string;
const { signal } = new AbortController();

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-sources-"));
  await writeFiles(root, workspaceFiles);
});
afterEach(async () => rm(root, { recursive: true }));

async function read() {
  const found = await readSourceImages(root, signal);
  if (!found.ok) throw new Error(JSON.stringify(found.failure));
  return found.value;
}

const named = ({ image, architecture }: SourceImage) => `${image.reference} ${architecture}`;
const flatOf = ({ rows, on }: SourceImage): SourceImage["rows"] =>
  flatTable(rows, on === undefined ? undefined : flatOf(on));

describe("the images of a workspace by its definitions", () => {
  test("are for the processors of what they stand on, without any engine", async () => {
    const { images, failures } = await read();
    expect(images.map(named).toSorted()).toEqual([
      "slipway/base:more amd64",
      "slipway/base:tiny amd64",
      "slipway/base:tiny arm64",
      "slipway/extended:tool--more--marker--own amd64",
      "slipway/local:more amd64",
      "slipway/local:tiny amd64",
      "slipway/local:tiny arm64",
      "slipway/tool:more amd64",
      "slipway/tool:tiny amd64",
      "slipway/tool:tiny arm64",
    ]);
    expect(failures).toEqual([]);
  });

  test("are told each what is wrong with them, and the others are there still", async () => {
    await writeFile(path.join(root, "agents/tool/agent.yml"), "speed: 1\n");
    const { images, failures } = await read();
    expect(failures.map(({ reason }) => reason)).toContain("definition-invalid");
    expect(images.map(named)).toContain("slipway/local:tiny arm64");
    expect(images.map(named)).not.toContain("slipway/tool:tiny arm64");
    expect(images.map(named)).not.toContain("slipway/extended:tool--more--marker--own amd64");
  });

  test("of a workspace inside this one are none of it", async () => {
    const before = (await read()).images.map(named);
    await writeFiles(root, {
      "inner/nx.json": "{}",
      "inner/agents/tool/agent.yml": workspaceFiles["agents/tool/agent.yml"] ?? "",
    });
    expect((await read()).images.map(named)).toEqual(before);
  });

  test("have the very rows that builds leave in their manifests", async () => {
    const { engine } = openBuildingEngine();
    const session = sessionWith(engine, root);
    for (const [name, on] of [
      ["tiny", undefined],
      ["more", "tiny"],
    ] as const) {
      madeBy(
        await makeBase(session, {
          name,
          project: name,
          folder: `bases/${name}`,
          layout: `bases/${name}/dist/image`,
          rootfs: undefined,
          images: on === undefined ? [] : [layersOf(`slipway/base:${on}`, `bases/${on}`)],
        }),
      );
    }
    const base = { name: "more", ...layersOf("slipway/base:more", "bases/more") };
    const layout = "agents/tool/dist/image/more";
    const agent = { name: "tool", project: "tool", folder: "agents/tool", layout, base };
    madeBy(await makeAgent(session, agent));
    const extended = madeBy(
      await makeExtended(session, {
        reference: "slipway/extended:tool--more--marker--own",
        project: "full",
        folder: "images/full",
        layout: "images/full/dist/image",
        agent: { name: "tool", reference: "slipway/tool:more", layout, target: "" },
        extensions: ["own", "marker"].map((name) => ({ name, folder: `extensions/${name}` })),
        images: [],
      }),
    );
    const { images } = await read();
    const source = images.find(({ image }) => image.reference === extended.receipt.reference);
    if (source === undefined) throw new Error("no extended image");
    const folder = path.join(root, "images/full/dist/image");
    const recorded = await readLayoutTable(folder, extended.receipt.manifestDigest);
    const current = flatOf(source);
    expect(decideBuild(recorded, current)).toEqual([]);
    expect(Object.keys(current).toSorted()).toEqual(Object.keys(recorded ?? {}).toSorted());
    const unknown = Object.entries(current).filter(([, { state }]) => state !== "known");
    // What only a build can tell: ids of images, and the version that follows from the files.
    expect(unknown.map(([name]) => name).toSorted()).toEqual([
      "base",
      "base base",
      "base base base",
      "base version",
    ]);
  });

  test("may not be redistributed where they copy from an image that may not", async () => {
    await writeFiles(root, {
      "bases/more/Dockerfile":
        "ARG FROM_IMAGE\nFROM ${FROM_IMAGE}\nCOPY --from=slipway/local:tiny /bin/tool /bin/tool\n",
    });
    const { images } = await read();
    const local = images.filter(({ image }) => image.buildsLocally).map(named);
    expect(local).toEqual([
      "slipway/base:more amd64",
      "slipway/local:tiny amd64",
      "slipway/local:tiny arm64",
      "slipway/local:more amd64",
      "slipway/tool:more amd64",
      "slipway/extended:tool--more--marker--own amd64",
    ]);
    const { engine } = openBuildingEngine();
    const session = sessionWith(engine, root);
    const tiny = layersOf("slipway/base:tiny", "bases/tiny");
    const base = { project: "x", rootfs: undefined, images: [] };
    await makeBase(session, { ...base, ...tiny, name: "tiny", folder: "bases/tiny" });
    const onTiny = layersOf("slipway/local:tiny", "agents/local");
    const agent = { ...onTiny, project: "x", base: { name: "tiny", ...tiny } };
    madeBy(await makeAgent(session, { ...agent, name: "local", folder: "agents/local" }));
    const more = layersOf("slipway/base:more", "bases/more");
    const copying = { ...base, ...more, name: "more", folder: "bases/more" };
    const copied = madeBy(await makeBase(session, { ...copying, images: [tiny, onTiny] }));
    expect(copied.receipt.inputs["redistribution"]).toBe("forbidden");
    const tool = { project: "x", base: { name: "more", ...more }, name: "tool" };
    const onCopy = { ...tool, folder: "agents/tool", layout: "agents/tool/dist/image/more" };
    const made = madeBy(await makeAgent(session, onCopy));
    expect(made.receipt.inputs["redistribution"]).toBe("forbidden");
  });
});
