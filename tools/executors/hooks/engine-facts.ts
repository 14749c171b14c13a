import path from "node:path";
import type { EngineFailure, EngineImage } from "@slipway/images";
import { readTextIfPresent, writeFileAtomically } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";

/** What image targets declare: the engine's platform and version, without which the same files build another image. */
const engineFact = "SLIPWAY_ENGINE";
/** An image of several has a target of its own: `image-debian`. */
const needsEngine = /^(?:(?:image|load)(?:-.*)?|smoke)$/;
/** What is loaded depends on what the engine has. */
const needsImages = /^load(?:-.*)?$/;

export type EngineProbe = {
  readonly facts: Readonly<Record<string, string>>;
  /** What the engine has, or why it does not say. `undefined`: nobody will ask. */
  readonly images: Result<readonly EngineImage[], EngineFailure> | undefined;
};

/**
 * One probe a command, and none for a command that needs no engine. An engine that does not answer now is taken to be
 * the one that answered last: not knowing never rebuilds anything.
 */
export async function probeEngine(run: {
  readonly workspaceRoot: string;
  readonly targets: ReadonlySet<string>;
  /** Where the engine is: `DOCKER_HOST` and its like. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly counted: (question: string) => void;
}): Promise<EngineProbe> {
  const isNeeded = [...run.targets].some((target) => needsEngine.test(target));
  if (!isNeeded) return { facts: {}, images: undefined };
  const remembered = path.join(run.workspaceRoot, ".slipway", "engine");
  // The client has a limit of its own, and names it.
  const { signal } = new AbortController();
  const { variables, counted } = run;
  // Its client takes longer to load than most commands take to sign; all that builds images, as long again.
  const { openEngine } = await import("@slipway/images/engine");
  const opened = await openEngine({ variables, counted, signal });
  if (!opened.ok) {
    const known = (await readTextIfPresent(remembered)) ?? "unknown";
    return { facts: { [engineFact]: known }, images: opened };
  }
  using engine = opened.value;
  const { os, architecture } = engine.platform;
  const found = `${os}/${architecture} engine ${engine.version.split(".").slice(0, 2).join(".")}`;
  await writeFileAtomically(remembered, found);
  const isLoading = [...run.targets].some((target) => needsImages.test(target));
  return { facts: { [engineFact]: found }, images: isLoading ? await engine.images() : undefined };
}
