import type { FindCredential } from "@slipway/registry";
import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { BaseDefinition } from "../definition.ts";
import type { Catalogue, SoundEntry } from "../catalogue/entry.ts";
import { pairsOf, soundOf } from "../catalogue/pairs.ts";
import type { Engine } from "../engine-port.ts";
import type { ImagesFailure } from "../failure.ts";
import { ingredientOf, nameInEngine, provide, readBelow } from "../image-needs.ts";
import type { ImageNeed } from "../image-needs.ts";
import { repositoryOf } from "../images-lock.ts";
import { baseReference } from "../names.ts";
import { baseSource } from "../run/build-chain.ts";
import { ruleFor } from "../trust/policy.ts";
import type { ImagesPolicy } from "../trust/policy.ts";
import type { Builder } from "./find-version.ts";
import { scriptInBuilder } from "./in-builder.ts";
import type { BuilderWorld } from "./in-builder.ts";

/** The image that a workspace wants its `version.sh` run in; without a digest nobody knows its content. */
export type NamedBuilder = { readonly reference: string; readonly digest: Digest | undefined };

export type BuilderPlace = {
  readonly catalogue: Pick<Catalogue, "agents" | "bases">;
  /** Holds the layouts. */
  readonly root: string;
  readonly named: NamedBuilder | undefined;
  readonly policy?: ImagesPolicy | undefined;
  readonly progress: (line: string) => void;
  readonly findCredential?: FindCredential;
};

/** The image for an agent's `version.sh`: the one that is named, else the first base that it goes on and that is built. */
export async function builderFor(
  agent: string,
  place: BuilderPlace,
  world: BuilderWorld,
): Promise<Result<Builder, ImagesFailure>> {
  const need = await needOf(agent, place);
  if (!need.ok) return need;
  return ok({
    identity: ingredientOf(need.value),
    run: scriptInBuilder(async (engine) => imageOf(engine, need.value, place, world), world),
  });
}

async function needOf(
  agent: string,
  { catalogue, root, named, policy }: BuilderPlace,
): Promise<Result<ImageNeed, ImagesFailure>> {
  const own = soundOf(catalogue.bases).find(({ name }) => baseReference(name) === named?.reference);
  if (own !== undefined) return builtBase(own, root);
  if (named !== undefined) {
    const { reference, digest } = named;
    const allowed = ruleFor(policy, reference);
    if (!allowed.ok) return allowed;
    if (digest === undefined) return fail({ reason: "builder-unlocked", reference });
    return ok({ kind: "pinned", reference: `${repositoryOf(reference)}@${digest}`, digest });
  }
  const bases = pairsOf(catalogue)
    .filter((pair) => pair.agent.name === agent && pair.obstacle === undefined)
    .map(({ base }) => base);
  for (const base of bases) {
    const built = await builtBase(base, root);
    if (built.ok) return built;
  }
  return fail({ reason: "builder-absent", agent, bases: bases.map(({ name }) => name) });
}

async function builtBase(
  base: SoundEntry<BaseDefinition>,
  root: string,
): Promise<Result<ImageNeed, ImagesFailure>> {
  const { layout, target } = baseSource(base, { root });
  const below = await readBelow({ workspaceRoot: root }, { layout, target });
  return below.ok ? ok({ kind: "layout", below: below.value, target }) : below;
}

/** What is pinned is not pulled again while the engine has it. */
async function imageOf(
  engine: Engine,
  need: ImageNeed,
  { root, progress, findCredential }: BuilderPlace,
  { signal, isOffline }: BuilderWorld,
): Promise<Result<Digest, ImagesFailure>> {
  const name = nameInEngine(need);
  const before = await engine.image(name);
  if (!before.ok) return before;
  if (before.value !== undefined) return ok(before.value.id);
  if (isOffline && need.kind === "pinned") return fail({ reason: "image-absent", reference: name });
  const access = findCredential === undefined ? {} : { findCredential };
  const session = { engine, signal, workspaceRoot: root, progress, ...access };
  const provided = await provide(session, need);
  if (!provided.ok) return provided;
  const found = await engine.image(name);
  if (!found.ok) return found;
  return found.value === undefined
    ? fail({ reason: "engine-lost", operation: "inspect image", detail: `${name} is gone` })
    : ok(found.value.id);
}
