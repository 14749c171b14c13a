import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { BuildSession } from "../build.ts";
import type { ImagesFailure } from "../failure.ts";
import type { BuildReason } from "../ingredients.ts";
import type { ChainLink } from "../run/build-chain.ts";

/** Why an image would be built now: nothing, if it is as its definition says. */
export type WhyBuilt = {
  readonly reference: string;
  /** The target of Nx that makes it. */
  readonly target: string;
  readonly reasons: readonly BuildReason[];
};

type World = Pick<BuildSession, "workspaceRoot" | "workspace" | "engine" | "signal" | "progress">;

/** Of an image and of what it stands on, by the tables of what they were built from. Builds nothing. */
export async function whyBuilt(
  links: readonly ChainLink[],
  world: World,
): Promise<Result<readonly WhyBuilt[], ImagesFailure>> {
  const session: BuildSession = {
    ...world,
    builds: "never",
    // What is not built needs neither.
    access: { caBundle: undefined, npmRegistry: "http://localhost/", proxies: {} },
    turns: { take: async (_, work) => work() },
  };
  const found: WhyBuilt[] = [];
  for (const { source, make } of links) {
    const made = await make(session);
    if (!made.ok && !isAbsent(made.failure)) return made;
    const reasons = made.ok ? (made.value.reasons ?? []) : [{ kind: "never-built" } as const];
    found.push({ reference: source.reference, target: source.target, reasons });
  }
  return ok(found);
}

function isAbsent({ reason }: ImagesFailure): boolean {
  return reason === "image-absent" || reason === "receipt-missing";
}
