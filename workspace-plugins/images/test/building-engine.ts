import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { digestOf, fail, ok } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { extract } from "tar-stream";
import { z } from "zod";
import type { BuildSession, MadeImage } from "../src/build.ts";
import type { Engine, ListedImage, Platform } from "../src/engine-port.ts";
import type { ImagesFailure } from "../src/failure.ts";
import type { Result } from "@slipway/signature";
import { packMembers } from "../src/archive.ts";
import { inspected } from "./fake-engine.ts";
import { savedImage } from "./rig.ts";

export type BuildingEngine = {
  readonly engine: Engine;
  /** What it was asked, by method and what the method was about. */
  readonly asked: string[];
  /** Has it by this name without being asked for anything. */
  readonly has: (
    reference: string,
    layers: readonly Buffer[],
    platform?: Platform,
  ) => Promise<void>;
};

type Held = {
  readonly id: Digest;
  readonly layers: readonly Buffer[];
  readonly platform: Platform;
};

const Manifest = z.tuple([
  z.object({ Config: z.string(), RepoTags: z.array(z.string()), Layers: z.array(z.string()) }),
]);

/**
 * An engine in memory: a build puts one layer, made of its whole context, on the layers of what it is built on. A
 * container prints `version`. There is no network: a pull fails.
 */
export function openBuildingEngine({
  version = "1.0.0",
  platform = { os: "linux", architecture: "amd64" },
} = {}): BuildingEngine {
  const asked: string[] = [];
  const names = new Map<string, Held>();
  const held = (reference: string) =>
    names.get(reference) ?? [...names.values()].find(({ id }) => id === reference);
  const engine: Partial<Engine> = {
    endpoint: "memory",
    version: "28.5.1",
    platform,
    images: async () => {
      asked.push("images");
      const byId = Map.groupBy(names, ([, { id }]) => id);
      return ok(
        [...byId].map(([id, all]): ListedImage => ({
          id,
          tags: all.map(([name]) => name),
          labels: {},
          createdAt: new Date(0),
        })),
      );
    },
    image: async (reference) => {
      asked.push(`image ${reference}`);
      const found = held(reference);
      if (found === undefined) return ok(undefined);
      const facts = { tags: [reference], labels: {}, entrypoint: [], environment: [] };
      const diffIds = found.layers.map((layer) => digestOf(layer));
      return ok({ ...facts, id: found.id, diffIds, platform: found.platform });
    },
    load: async (tar) => {
      const files = await unpack(tar);
      const manifest = Manifest.parse(JSON.parse(String(files.get("manifest.json"))));
      const [{ Config, RepoTags, Layers }] = manifest;
      const id = digestOf(files.get(Config) ?? "");
      const layers = Layers.map((name) => files.get(name) ?? Buffer.alloc(0));
      for (const name of RepoTags) names.set(name, { id, layers, platform });
      return ok(RepoTags);
    },
    tag: async (id, repository, tag) => {
      const found = held(id);
      if (found === undefined) throw new Error(`no image ${id}`);
      names.set(`${repository}:${tag}`, found);
      return ok(undefined);
    },
    build: async ({ context, buildArgs }) => {
      const on = buildArgs["FROM_IMAGE"] ?? buildArgs["BASE_IMAGE"] ?? "";
      asked.push(`build on ${on}`);
      const below = on === "scratch" ? [] : held(on)?.layers;
      if (below === undefined) throw new Error(`a build on ${on}, which is not here`);
      const files = await unpack(context);
      const bytes = Buffer.from([...files].map(([name, text]) => name + String(text)).join("\n"));
      const layer = await buffer(packMembers([{ name: "content", bytes }]));
      const id = digestOf(layer);
      names.set(id, { id, layers: [...below, layer], platform });
      return ok(id);
    },
    save: async (reference) => {
      const { layers = [] } = held(reference) ?? {};
      return ok(await savedImage(layers, { layers: [] }));
    },
    stored: async () => undefined,
    removeImage: async (reference) => {
      names.delete(reference);
      return ok(undefined);
    },
    run: async (_spec, { stdout }) => {
      void stdout(Buffer.from(`${version}\n`));
      const exit = { exitCode: 0, outputIsWhole: true, oomKilled: false, durationMs: 1 };
      return ok({ ...exit, inspected });
    },
    pull: async (reference) => {
      asked.push(`pull ${reference}`);
      const failure = { reason: "engine-refused", operation: "pull", status: undefined } as const;
      return fail({ ...failure, detail: "no network" });
    },
  };
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it lacks no build asks for, and would throw
    engine: engine as Engine,
    asked,
    has: async (reference, layers, of = platform) => {
      names.set(reference, { id: digestOf(reference), layers, platform: of });
    },
  };
}

async function unpack(tar: Readable): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const entries = tar.pipe(extract());
  for await (const entry of entries) files.set(entry.header.name, await buffer(entry));
  return files;
}

/** What a build needs besides; it is never in turn with another. */
export function sessionWith(
  engine: Engine,
  workspaceRoot: string,
  builds: BuildSession["builds"] = "when-needed",
): BuildSession {
  return {
    workspaceRoot,
    workspace: "test",
    engine,
    access: { caBundle: undefined, npmRegistry: "http://localhost:9/", proxies: {} },
    turns: { take: async (_image, work) => work() },
    builds,
    signal: new AbortController().signal,
    progress: () => {},
  };
}

export function madeBy(result: Result<MadeImage, ImagesFailure>): MadeImage {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}
