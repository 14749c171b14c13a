import path from "node:path";
import { parseShortReference } from "@slipway/registry";
import type { Credential, FindCredential, RegistryFailure } from "@slipway/registry";
import { fail, hexOf, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { BuildSession } from "./build.ts";
import type { Member } from "./archive.ts";
import { givenArguments, namedImages, pinImages } from "./dockerfile.ts";
import { asOfEngine } from "./engine-credential.ts";
import type { ImagesFailure } from "./failure.ts";
import { lockedReference } from "./images-lock.ts";
import { forbidden } from "./ingredients.ts";
import type { Ingredients } from "./ingredients.ts";
import type { Below } from "./layout.ts";
import { loadImage } from "./load.ts";
import type { Pins } from "./locked/lock-of.ts";
import { splitReference } from "./names.ts";
import { ruleFor } from "./trust/policy.ts";
import { readImageReceipt } from "./receipt.ts";

/** An image that another target makes: where its layout is, relative to the workspace. */
export type LayoutSource = {
  readonly reference: string;
  readonly layout: string;
  /** For people: who makes it. */
  readonly target: string;
};

/** An image that has to be in the engine for a build. */
export type ImageNeed =
  | { readonly kind: "layout"; readonly below: Below; readonly target: string }
  /** `reference` is by digest. */
  | { readonly kind: "pinned"; readonly reference: string; readonly digest: Digest };

export async function readBelow(
  session: Pick<BuildSession, "workspaceRoot">,
  { layout, target }: Omit<LayoutSource, "reference">,
): Promise<Result<Below, ImagesFailure>> {
  const receipt = await readImageReceipt(path.join(session.workspaceRoot, layout));
  return receipt === undefined
    ? fail({ reason: "receipt-missing", folder: layout, target })
    : ok({ folder: layout, receipt });
}

/** An image by the reference that a definition or a Dockerfile names it with: made here, or pinned by the lock file. */
export async function findNeed(
  session: BuildSession,
  reference: string,
  from: Pins & { readonly file: string; readonly images: readonly LayoutSource[] },
): Promise<Result<ImageNeed, ImagesFailure>> {
  const made = from.images.find((image) => image.reference === reference);
  if (made !== undefined) {
    const below = await readBelow(session, made);
    return below.ok ? ok({ kind: "layout", below: below.value, target: made.target }) : below;
  }
  const { os, architecture } = session.engine.platform;
  const locked = lockedReference(from.lock, reference, `${os}/${architecture}`);
  if (locked === undefined) {
    return fail({ reason: "from-image-unpinned", file: from.file, fromImage: reference });
  }
  const allowed = ruleFor(from.policy, reference);
  return allowed.ok ? ok({ kind: "pinned", ...locked }) : allowed;
}

/** By which the engine has it once it is provided: a name that no other content can have. */
export function nameInEngine(need: ImageNeed): string {
  if (need.kind === "pinned") return need.reference;
  const { reference, imageId } = need.below.receipt;
  return `${splitReference(reference)[0]}:${hexOf(imageId)}`;
}

/** What a table of ingredients has of it: the digest of config or manifest, which change with ENV too. */
export function ingredientOf(need: ImageNeed): Digest {
  return need.kind === "pinned" ? need.digest : need.below.receipt.imageId;
}

/** Whether one of them holds what may not be redistributed, which what is built from it then holds too. */
export function isAnyForbidden(needs: readonly ImageNeed[]): boolean {
  return needs.some(
    (need) => need.kind === "layout" && need.below.receipt.inputs["redistribution"] === forbidden,
  );
}

const hourMs = 60 * 60 * 1000;

/** Makes the engine have it under its name, so that two runs cannot swap it under a build. */
export async function provide(
  session: Pick<
    BuildSession,
    "engine" | "signal" | "workspaceRoot" | "progress" | "findCredential"
  >,
  need: ImageNeed,
): Promise<Result<undefined, ImagesFailure>> {
  const { engine, signal, workspaceRoot } = session;
  if (need.kind === "pinned") {
    // The name is of that content alone, so that nobody has to be asked for it again.
    const held = await engine.image(need.reference);
    if (!held.ok) return held;
    if (held.value?.platform.architecture === engine.platform.architecture) return ok(undefined);
    session.progress(`pulling ${need.reference}`);
    const found = await credentialFor(need.reference, session.findCredential);
    if (!found.ok) return found;
    const credential = found.value === undefined ? {} : { credential: asOfEngine(found.value) };
    const request = { signal, progress: () => {}, timeoutMs: hourMs, ...credential };
    const pulled = await engine.pull(need.reference, request);
    return pulled.ok ? ok(undefined) : pulled;
  }
  const { receipt, folder } = need.below;
  const loaded = await loadImage(
    {
      images: engine.images,
      load: async (archive) => engine.load(archive, signal),
      tag: async (id, reference) => engine.tag(id, ...splitReference(reference)),
    },
    { workspaceRoot, folder, receipt, target: need.target },
  );
  if (!loaded.ok) return loaded;
  const tagged = await engine.tag(receipt.imageId, ...splitReference(nameInEngine(need)));
  return tagged.ok ? ok(undefined) : tagged;
}

async function credentialFor(
  reference: string,
  find: FindCredential | undefined,
): Promise<Result<Credential | undefined, RegistryFailure>> {
  if (find === undefined) return ok(undefined);
  const parsed = parseShortReference(reference);
  return parsed.ok ? find(parsed.value.registry) : parsed;
}

export async function provideAll(
  session: BuildSession,
  needs: readonly ImageNeed[],
): Promise<Result<undefined, ImagesFailure>> {
  for (const need of needs) {
    const provided = await provide(session, need);
    if (!provided.ok) return provided;
  }
  return ok(undefined);
}

/** A Dockerfile whose images are pinned, what has to be provided for it, and the rows of the table that this makes. */
export type PinnedDockerfile = {
  readonly member: Member;
  readonly needs: readonly ImageNeed[];
  readonly ingredients: Ingredients;
};

/** `dockerfile` with every image that it names by itself replaced by the name of exactly that content. */
export async function pinDockerfile(
  session: BuildSession,
  dockerfile: { readonly name: string; readonly bytes: Uint8Array; readonly file: string },
  from: Pins & { readonly images: readonly LayoutSource[] },
): Promise<Result<PinnedDockerfile, ImagesFailure>> {
  const { name, file } = dockerfile;
  const text = Buffer.from(dockerfile.bytes).toString("utf8");
  const named = await namedImages(text, givenArguments);
  const pins = new Map<string, string>();
  const needs: ImageNeed[] = [];
  const rows: (readonly [string, string])[] = [];
  for (const reference of new Set(named.map((one) => one.reference))) {
    const need = await findNeed(session, reference, { file, ...from });
    if (!need.ok) return need;
    needs.push(need.value);
    pins.set(reference, nameInEngine(need.value));
    rows.push([`image ${reference}`, ingredientOf(need.value)]);
  }
  const bytes = pins.size === 0 ? dockerfile.bytes : Buffer.from(pinImages(text, named, pins));
  return ok({
    member: { name, bytes: Buffer.from(bytes) },
    needs,
    ingredients: Object.fromEntries(rows),
  });
}
