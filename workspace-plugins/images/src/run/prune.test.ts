import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { digestOf, fail, hexOf, ok } from "@slipway/signature";
import { describe, expect, it } from "vitest";
import {
  agentFiles,
  baseFiles,
  extensionFiles,
  openDefinitionRig,
} from "../../test/definition-rig.ts";
import type { ListedImage } from "../engine-port.ts";
import { noteOwnImage, ownImages } from "../own-images.ts";
import { memoryIn, rememberAgent } from "./project-memory.ts";
import { prune, supersededNames } from "./prune.ts";

const now = new Date("2026-11-21T12:00:00Z");
const longAgo = new Date(0);
const ours = { "dev.slipway.workspace": "w" };
const codexTitle = { "org.opencontainers.image.title": "codex on debian" };
const id = digestOf("image");
const used = digestOf("used");
const asked = { noted: [{ name: "w", ids: [id] }], now };
const pin = `slipway/base:${hexOf(id)}`;

it.each<[string, Partial<ListedImage>, readonly string[]]>([
  ["has its name", { tags: ["slipway/codex:debian"] }, []],
  ["has its name and one by its content", { tags: ["slipway/base:debian", pin] }, []],
  ["has lost its name to a newer one", { tags: [] }, [id]],
  ["is held by its content alone", { tags: [pin] }, [pin]],
  ["is held by another's content, which is a name to us", { tags: [`a:${"0".repeat(64)}`] }, []],
  ["is being built", { tags: [], createdAt: new Date("2026-11-21T11:59:00Z") }, []],
  ["is somebody else's", { tags: [], labels: {} }, []],
  ["came from another clone of the workspace", { id: digestOf("theirs") }, []],
  ["is another workspace's", { tags: [], labels: { "dev.slipway.workspace": "v" } }, []],
])("an image that %s", (_, image, names) => {
  expect(
    supersededNames({ id, tags: [], labels: ours, createdAt: longAgo, ...image }, asked),
  ).toEqual(names);
});

async function openRig() {
  const rig = await openDefinitionRig();
  await rig.write(rig.workspace, { ...agentFiles("agents/codex"), ...baseFiles("bases/debian") });
  const image = (base: string): string => path.join(rig.workspace, "agents/codex/dist/image", base);
  for (const base of ["debian", "gone", "gone.partial-1-a"]) {
    await mkdir(image(base), { recursive: true });
    await writeFile(path.join(image(base), "oci-layout"), "{}");
  }
  await mkdir(image("not-a-layout"));
  const logs = path.join(rig.workspace, ".slipway/logs");
  await rig.write(logs, {
    "codex--debian.2026-01-01T00-00-00-000Z.log": "",
    "codex--debian.2026-11-20T00-00-00-000Z.log": "",
    "nx.log": "",
  });
  const state = await mkdtemp(path.join(os.tmpdir(), "slipway-prune-"));
  const memory = memoryIn(rig.home, state);
  const { signal } = new AbortController();
  const project = path.join(rig.home, "was-here");
  await rememberAgent(memory, { project, agent: "codex", keys: { base: "debian" }, signal });
  const removed: string[] = [];
  const gone = digestOf("gone");
  const rebuilt = path.join(rig.workspace, ".slipway/reproduce");
  // Process 1 lives; no process has an id that no kernel gives.
  for (const name of ["99999999-a", "1-a"])
    await mkdir(path.join(rebuilt, name), { recursive: true });
  for (const one of [id, used, gone]) await noteOwnImage(rig.workspace, one);
  const images: ListedImage[] = [
    { id, tags: [], labels: { ...ours, ...codexTitle }, createdAt: longAgo },
    { id: used, tags: [], labels: ours, createdAt: longAgo },
    { id: digestOf("theirs"), tags: [], labels: ours, createdAt: longAgo },
  ];
  return {
    image,
    rebuilt,
    bases: path.join(rig.workspace, "bases"),
    logs,
    project,
    removed,
    noted: async () => ownImages(rig.workspace),
    memory,
    home: rig.home,
    write: async (files: Readonly<Record<string, string>>) => rig.write(rig.workspace, files),
    writeHome: async (files: Readonly<Record<string, string>>) => rig.write(rig.home, files),
    /** An image that came from here, by its names. */
    holds: async (...names: readonly string[]) => {
      const one = digestOf(names.join());
      const tags = names.map((name) =>
        name === "by its content" ? `slipway/extended:${hexOf(one)}` : name,
      );
      await noteOwnImage(rig.workspace, one);
      images.push({ id: one, tags, labels: ours, createdAt: longAgo });
      return one;
    },
    /** A layout that does not lie beside its definition. */
    ownLayout: async (name: string) => {
      const folder = path.join(rig.workspace, ".slipway/images", name);
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, "oci-layout"), "{}");
      return folder;
    },
    run: async (isDryRun: boolean, isOfCatalogue = true) => {
      const catalogue = await rig.read();
      return prune({
        engine: {
          images: async () => ok(images),
          removeImage: async (reference) => {
            removed.push(reference);
            if (reference === id) return ok(undefined);
            const detail = "image is being used";
            return fail({ reason: "engine-refused", operation: "remove", status: 409, detail });
          },
        },
        catalogue,
        memory,
        logFolders: [logs],
        workspaces: [{ name: "w", root: rig.workspace, isOfCatalogue }],
        now,
        isDryRun,
      });
    },
    [Symbol.asyncDispose]: async () => {
      await rig[Symbol.asyncDispose]();
      await rm(state, { recursive: true, force: true });
    },
  };
}

it("tells what it would remove, and removes nothing", async () => {
  await using rig = await openRig();
  expect(await rig.run(true)).toMatchObject({
    ok: true,
    value: {
      images: [id, used],
      titles: { [id]: "codex on debian", [used]: "" },
      layouts: [rig.image("gone")],
      logs: [path.join(rig.logs, "codex--debian.2026-01-01T00-00-00-000Z.log")],
      rebuilt: [path.join(rig.rebuilt, "99999999-a")],
      projects: [rig.project],
      kept: [],
    },
  });
  expect(rig.removed).toEqual([]);
  expect((await stat(rig.image("gone"))).isDirectory()).toBe(true);
});

it("removes it, tells what the engine keeps, and finds nothing the second time", async () => {
  await using rig = await openRig();
  expect(await rig.run(false)).toMatchObject({
    ok: true,
    value: { images: [id], kept: [{ image: used, because: "image is being used" }] },
  });
  await expect(stat(rig.image("gone"))).rejects.toThrow("ENOENT");
  expect(await readdir(rig.rebuilt)).toEqual(["1-a"]);
  for (const kept of ["debian", "not-a-layout", "gone.partial-1-a"]) {
    expect((await stat(rig.image(kept))).isDirectory()).toBe(true);
  }
  expect(await rig.run(false)).toMatchObject({
    ok: true,
    value: { layouts: [], logs: [], rebuilt: [], projects: [] },
  });
});

it("forgets which images were ours once the engine does not have them, and not in a dry run", async () => {
  await using rig = await openRig();
  await rig.run(true);
  expect(await rig.noted()).toHaveLength(3);
  await rig.run(false);
  expect([...(await rig.noted())].toSorted()).toEqual([id, used].toSorted());
});

it("removes no layout while a base is broken: it may be the one that the layout is on", async () => {
  await using rig = await openRig();
  await writeFile(path.join(rig.bases, "debian/base.yml"), "no: base\n");
  expect(await rig.run(false)).toMatchObject({ ok: true, value: { layouts: [] } });
  expect((await stat(rig.image("gone"))).isDirectory()).toBe(true);
});

const extended = (rest: string): string => `slipway/extended:codex--debian${rest}`;

describe("what definitions and projects lead to no more", () => {
  const remembered = async (
    rig: Awaited<ReturnType<typeof openRig>>,
    keys: Readonly<Record<string, unknown>>,
  ) => {
    const { signal } = new AbortController();
    const project = path.join(rig.home, "here");
    await mkdir(project);
    await rememberAgent(rig.memory, { project, agent: "codex", keys, signal });
  };

  it("goes from the engine and from our own folder, and what they lead to stays", async () => {
    await using rig = await openRig();
    await rig.writeHome({
      ...agentFiles(".aicage-custom/agents/mine"),
      ...baseFiles(".aicage-custom/base-images/own"),
    });
    await rig.write({
      ...extensionFiles("extensions/act"),
      ...extensionFiles("extensions/zsh"),
      "images/search/image-extended.yml":
        "agent: codex\nbase: debian\nextensions: [zsh]\nimage_ref: team/search:1\n",
    });
    await remembered(rig, { base: "debian", extensions: ["act"], image_ref: extended("--act") });
    for (const tag of ["slipway/base:debian", "slipway/codex:debian", extended("--act")]) {
      await rig.holds(tag);
    }
    await rig.holds("slipway/old:debian", "mine:1");
    await rig.holds("slipway/building:x");
    await rig.holds("slipway/old:debian");
    const pinned = await rig.holds(extended("--act--zsh"), "by its content");
    const kept = await Promise.all(
      ["base/own", "agent/mine/debian", "extended/slipway_extended_codex--debian--act"].map(
        rig.ownLayout,
      ),
    );
    const gone = [
      await rig.ownLayout("agent/codex/debian"),
      await rig.ownLayout("agent/mine/gone"),
      await rig.ownLayout("agent/old/debian"),
      await rig.ownLayout("extended/slipway_extended_codex--debian--act--zsh"),
      await rig.ownLayout("image-extended/old"),
    ];
    await rig.ownLayout("agent/old/debian.partial-1-a");
    const byContent = `slipway/extended:${hexOf(pinned)}`;
    expect(await rig.run(true)).toMatchObject({
      value: {
        images: [
          id,
          used,
          "slipway/old:debian",
          "slipway/old:debian",
          extended("--act--zsh"),
          byContent,
        ],
        layouts: [rig.image("gone"), ...gone],
      },
    });
    await rig.run(false);
    for (const folder of gone) await expect(stat(folder)).rejects.toThrow("ENOENT");
    for (const folder of kept) expect((await stat(folder)).isDirectory()).toBe(true);
  });

  it("stays while something cannot be read, and where another catalogue leads to it", async () => {
    await using rig = await openRig();
    await rig.holds("slipway/old:debian");
    await rig.ownLayout("agent/old/debian");
    const nothing = { value: { images: [id, used], layouts: [rig.image("gone")] } };
    expect(await rig.run(true, false)).toMatchObject(nothing);
    await rig.write({ "extensions/bad/extension.yml": "no: extension\n" });
    expect(await rig.run(true)).toMatchObject(nothing);
    await rig.write(extensionFiles("extensions/bad"));
    expect(await rig.run(true)).toMatchObject({
      value: { images: [id, used, "slipway/old:debian"] },
    });
    await writeFile(path.join(rig.memory.folder, `${hexOf(id)}.yml`), "agents: 1\n");
    expect(await rig.run(true)).toMatchObject(nothing);
  });
});
