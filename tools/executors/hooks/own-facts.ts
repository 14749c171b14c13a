import { ownFact, ownFactValue, unsignedFactValue } from "@slipway/signature";
import type { SignedTargets, TargetName } from "@slipway/signature";

/**
 * What Nx gets of each target, by the variable that the target declares. A target that could not be signed gets what it
 * never had before: nothing that Nx remembers can be served for it.
 */
export function ownFacts(
  targets: ReadonlyMap<string, TargetName>,
  signed: SignedTargets,
): Readonly<Record<string, string>> {
  const facts = [...signed].flatMap(([id, result]) => {
    const name = targets.get(id);
    if (name === undefined) return [];
    const value = result.ok ? ownFactValue(result.value.own()) : unsignedFactValue();
    return [[ownFact(name.project, name.target), value] as const];
  });
  return Object.fromEntries(facts);
}
