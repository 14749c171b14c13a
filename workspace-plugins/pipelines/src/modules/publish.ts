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
  const prepared = await prepare(options.folder);
  if (!prepared.ok) return prepared;
  const { name, version } = prepared.value.manifest;
  const parsed = parseReference(`${options.to}/${name}:${version}`);
  if (!parsed.ok) return parsed;
  const reference = parsed.value;
  const shown = formatReference(reference);
  const own = digestOf(prepared.value.bytes);
  const there = await options.registry.headManifest(reference);
  if (there.state === "unknown") return fail(there.failure);
  if (there.state === "present" && there.value.digest !== own) {
    const published = there.value.digest;
    return fail({ reason: "module-version-taken", reference: shown, own, published });
  }
  const isNew = there.state === "missing";
  if (isNew) {
    const sent = await sendBlobs(options, reference, prepared.value.blobs);
    if (!sent.ok) return sent;
  }
  const signed = await sign(options, reference, prepared.value);
  if (!signed.ok) return signed;
  const facts = { reference: shown, digest: own, signer: shortDigest(options.key.hint) };
  if (isNew) return sendManifest(options, reference, prepared.value.bytes, facts);
  const state = signed.value === "attached" ? "done" : "unchanged";
  return ok({ state, cause: "module-was-published", facts });
}

type Prepared = {
  readonly manifest: ModuleManifest;
  readonly layers: readonly ModuleLayer[];
  /** The config and the layers. */
  readonly blobs: readonly Buffer<ArrayBuffer>[];
  /** Of the manifest in the registry. */
  readonly bytes: Buffer<ArrayBuffer>;
};

async function prepare(folder: string): Promise<Result<Prepared, ModulesFailure>> {
  const read = await readModule(folder);
  if (!read.ok) return read;
  const { manifest, config, files } = read.value;
  const written = await layersOf(manifest, files);
  if (!written.ok) return written;
  const layers = written.value.map(({ described }) => described);
  return ok({
    manifest,
    layers,
    blobs: [config, ...written.value.map(({ archive }) => archive)],
    bytes: writeArtefact({ config: describeBytes(config), layers }),
  });
}

async function sendBlobs(
  { registry, progress }: PublishOptions,
  reference: Reference,
  blobs: Prepared["blobs"],
): Promise<Result<undefined, RegistryFailure>> {
  progress(`sending ${formatReference(reference)}`);
  for (const blob of blobs) {
    const sent = await registry.uploadBlob(reference, digestOf(blob), new Blob([blob]));
    if (!sent.ok) return sent;
  }
  return ok(undefined);
}

async function sendManifest(
  { registry }: PublishOptions,
  reference: Reference,
  bytes: Buffer<ArrayBuffer>,
  facts: Outcome["facts"],
): Promise<Result<Outcome<ModulesCause>, RegistryFailure>> {
  const put = await registry.putManifest(reference, { mediaType: mediaTypes.ociManifest, bytes });
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
  { name: module, content }: ModuleManifest,
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
  { bytes, manifest: { name, version }, layers }: Prepared,
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
