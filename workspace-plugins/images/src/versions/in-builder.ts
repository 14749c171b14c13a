import { ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { Member } from "../archive.ts";
import { accessMembers, proxyArguments } from "../build-access.ts";
import type { BuildAccess } from "../build-access.ts";
import type { EngineFailure } from "../engine-failure.ts";
import type { Engine } from "../engine-port.ts";
import { runSealed } from "../sealed-run.ts";
import type { ImagesFailure } from "../failure.ts";
import type { RunScript } from "./find-version.ts";

export type BuilderWorld = {
  readonly engine: () => Promise<Result<Engine, EngineFailure>>;
  readonly access: () => Promise<BuildAccess>;
  /** Without a request the script runs without a network. */
  readonly isOffline: boolean;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
};

/** Below `/tmp`, which is all that the container can write to; where the Dockerfiles mount these too. */
const folder = "/tmp/slipway";

/**
 * Runs a `version.sh` in an image, on a copy of its definition: sealed off but for the network. `provide` makes the
 * engine have the image.
 */
export function scriptInBuilder(
  provide: (engine: Engine) => Promise<Result<Digest, ImagesFailure>>,
  world: BuilderWorld,
): RunScript {
  return async ({ members }) => {
    const { signal, timeoutMs, isOffline } = world;
    const opened = await world.engine();
    if (!opened.ok) return opened;
    const engine = opened.value;
    const image = await provide(engine);
    if (!image.ok) return image;
    const access = await world.access();
    const ended = await runSealed({ engine, signal }, image.value, {
      command: [
        "bash",
        "-c",
        `mkdir -p ${folder} && cd ${folder} && tar -x && . access/env.sh && cd definition && exec bash version.sh`,
      ],
      stdin: [...members, ...(await accessMembers(access)).map(beside)],
      environment: isOffline ? {} : proxyArguments(access),
      ...(isOffline ? {} : { network: "bridge" }),
      timeoutMs,
    });
    if (ended.ok) return ok({ kind: "exited", ...ended.value });
    return ended.failure.reason === "engine-timeout" ? ok({ kind: "timed-out", timeoutMs }) : ended;
  };
}

function beside(member: Member): Member {
  return { ...member, name: member.name.replace(".slipway-access/", "access/") };
}
