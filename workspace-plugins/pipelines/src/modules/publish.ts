import path from "node:path";
import { signStatement } from "@slipway/attestation";
import { bundleType } from "@slipway/attestation/statement-types";
import type { SigningKey } from "@slipway/attestation";
import { formatReference, mediaTypes, parseReference } from "@slipway/registry";
import type { Reference, Registry, RegistryFailure } from "@slipway/registry";
import { attach } from "@slipway/registry/attachments";
import {
  canonicalJson,
  digestOf,
  fail,
  ok,
  readTextIfPresent,
  shortDigest,
} from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { parse } from "smol-toml";
import { writeArchive } from "./archive.ts";
import type { ModulesFailure } from "./failure.ts";
import { contentOf, describeBytes, writeArtefact } from "./module-artefact.ts";
import type { ModuleLayer } from "./module-artefact.ts";
import { contentDigest } from "./module-files.ts";
import type { ModuleFile } from "./module-files.ts";
import { readModuleFolder } from "./module-folder.ts";
import { moduleStatement } from "./module-statement.ts";
import { manifestName, parseManifest, platforms } from "./manifest.ts";
import type { ModuleManifest, Platform } from "./manifest.ts";

export type PublishOptions = {
  /** That the `module.toml` lies in; absolute. */
  readonly folder: string;
  /** `host[:port]` with or without a path: the name of the module comes behind it. */
  readonly to: string;
  readonly registry: Registry;
  readonly key: SigningKey;
  readonly progress: (line: string) => void;
};

export type ModulesCause = "module-published" | "module-was-published";

type Failure = ModulesFailure | RegistryFailure;

/**
 * Signs a module and sends it, under its version, which then never changes. The statement goes first: nobody sees a
 * version that nobody has signed.
 */
export async function publishModule(
  options: PublishOptions,
): Promise<Result<Outcome<ModulesCause>, Failure>> {
  const read = await readModule(options.folder);
  if (!read.ok) return read;
  const { manifest, config, files } = read.value;
  const { name, version } = manifest;
  const reference = parseReference(`${options.to}/${name}:${version}`);
  if (!reference.ok) return reference;
  const layers = await layersOf(name, manifest, files);
  if (!layers.ok) return layers;
  const described = layers.value.map(({ described: layer }) => layer);
  const bytes = writeArtefact({ config: describeBytes(config), layers: described });
  const own = digestOf(bytes);
  const { registry } = options;
  const there = await registry.headManifest(reference.value);
  if (there.state === "unknown") return fail(there.failure);
  if (there.state === "present" && there.value.digest !== own) {
    return fail({
      reason: "module-version-taken",
      reference: formatReference(reference.value),
      own,
      published: there.value.digest,
    });
  }
  const blobs = [config, ...layers.value.map(({ archive }) => archive)];
  if (there.state === "missing") {
    options.progress(`sending ${formatReference(reference.value)}`);
    for (const blob of blobs) {
      const sent = await registry.uploadBlob(reference.value, digestOf(blob), new Blob([blob]));
      if (!sent.ok) return sent;
    }
  }
  const signed = await sign(options, reference.value, { bytes, manifest, layers: described });
  if (!signed.ok) return signed;
  const facts = {
    reference: formatReference(reference.value),
    digest: own,
    signer: shortDigest(options.key.hint),
  };
  if (there.state === "present") {
    const isNews = signed.value === "attached";
    return ok({ state: isNews ? "done" : "unchanged", cause: "module-was-published", facts });
  }
  const manifestMedia = { mediaType: mediaTypes.ociManifest, bytes };
  const put = await registry.putManifest(reference.value, manifestMedia);
  return put.ok ? ok({ state: "done", cause: "module-published", facts }) : put;
}

type ReadModule = {
  readonly manifest: ModuleManifest;
  /** The manifest as JSON. */
  readonly config: Buffer<ArrayBuffer>;
  readonly files: readonly ModuleFile[];
};

async function readModule(folder: string): Promise<Result<ReadModule, ModulesFailure>> {
  const file = path.join(folder, manifestName);
  const text = await readTextIfPresent(file);
  if (text === undefined) return fail({ reason: "module-manifest-missing", file });
  const manifest = parseManifest(file, text);
  if (!manifest.ok) return manifest;
  const files = await readModuleFolder(folder);
  if (!files.ok) {
    return fail({ reason: "module-files-refused", module: manifest.value.name, ...files.failure });
  }
  const config = Buffer.from(canonicalJson(parse(text)));
  return ok({ manifest: manifest.value, config, files: files.value });
}

type WrittenLayer = { readonly described: ModuleLayer; readonly archive: Buffer<ArrayBuffer> };

/** One for each platform that has a program of its own, and one for all where there is no such. */
async function layersOf(
  module: string,
  { content }: ModuleManifest,
  files: readonly ModuleFile[],
): Promise<Result<readonly WrittenLayer[], ModulesFailure>> {
  const programs = content.kind === "program" ? content.programs : {};
  const own = platforms.filter((platform) => programs[platform] !== undefined);
  const missing = Object.values(programs).find((each) => !files.some((file) => file.path === each));
  if (missing !== undefined)
    return fail({ reason: "module-program-missing", module, program: missing });
  const layers: WrittenLayer[] = [];
  for (const platform of own.length === 0 ? (["any"] as const) : own) {
    const kept = withoutOthers(files, programs, platform);
    const archive = await writeArchive(kept);
    const described = { platform, layer: describeBytes(archive), content: contentDigest(kept) };
    layers.push({ described, archive });
  }
  return ok(layers);
}

function withoutOthers(
  files: readonly ModuleFile[],
  programs: Readonly<Partial<Record<Platform, string>>>,
  platform: Platform,
): readonly ModuleFile[] {
  const others = Object.values(programs).filter((program) => program !== programs[platform]);
  return files.filter((file) => !others.includes(file.path));
}

async function sign(
  { registry, key }: PublishOptions,
  reference: Reference,
  {
    bytes,
    manifest: { name, version },
    layers,
  }: {
    readonly bytes: Buffer<ArrayBuffer>;
    readonly manifest: ModuleManifest;
    readonly layers: readonly ModuleLayer[];
  },
): Promise<Result<"attached" | "was-attached", RegistryFailure>> {
  const repository = { registry: reference.registry, repository: reference.repository };
  const digest = digestOf(bytes);
  const statement = moduleStatement({
    repository: formatReference(repository),
    manifestDigest: digest,
    name,
    version,
    content: contentOf(layers),
  });
  const subject = { digest, sizeBytes: bytes.byteLength, mediaType: mediaTypes.ociManifest };
  const bundle = Buffer.from(await signStatement(statement, key));
  return attach(registry, repository, subject, { artifactType: bundleType, bytes: bundle });
}
