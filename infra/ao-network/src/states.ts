import { ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { Activity } from "./activity.ts";
import type { NetworkFailure } from "./failure.ts";
import { openSavedStates } from "./saved-states.ts";
import { openState } from "./state.ts";
import type { NetworkState, StateParts } from "./state.ts";

/** The state that is served, and those it can be changed for. */
export type States = AsyncDisposable & {
  readonly current: () => NetworkState;
  readonly save: (name: string) => Promise<Result<undefined, NetworkFailure>>;
  readonly restore: (name: string) => Promise<Result<undefined, NetworkFailure>>;
  readonly names: () => Promise<readonly string[]>;
};

/** While a state is saved or changed no unit answers: `activity` holds them back. */
export async function openStates(
  folder: string,
  parts: StateParts,
  activity: Activity,
): Promise<Result<States, NetworkFailure>> {
  const opened = await openState(folder, parts);
  if (!opened.ok) return opened;
  const held = { state: opened.value };
  const saved = openSavedStates(folder);
  return ok({
    current: () => held.state,
    names: saved.names,
    save: (name) =>
      activity.alone(async () => {
        await held.state.idle();
        return saved.save(name);
      }),
    restore: (name) =>
      activity.alone(async () => {
        const found = await saved.find(name);
        if (!found.ok) return found;
        await held.state[Symbol.asyncDispose]();
        await saved.restore(name);
        const restored = await openState(folder, parts);
        if (!restored.ok) return restored;
        held.state = restored.value;
        return ok(undefined);
      }),
    [Symbol.asyncDispose]: () => held.state[Symbol.asyncDispose](),
  });
}
