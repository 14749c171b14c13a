import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { openEngine } from "./engine.ts";
import type { EngineFailure } from "./engine-failure.ts";
import { ownLabel } from "./names.ts";

/** Removes every image that the workspace built, whatever its tags, and containers whose process is gone. Answers with ids. */
export async function removeOwn(options: {
  readonly workspace: string;
  readonly counted: (question: string) => void;
  readonly signal: AbortSignal;
}): Promise<Result<readonly string[], EngineFailure>> {
  const opened = await openEngine(options);
  if (!opened.ok) return opened;
  using engine = opened.value;
  const reaped = await engine.reap();
  if (!reaped.ok) return reaped;
  const images = await engine.images();
  if (!images.ok) return images;
  const own = images.value.filter(({ labels }) => labels[ownLabel] === options.workspace);
  for (const { id } of own) {
    const removed = await engine.removeImage(id, { force: true });
    if (!removed.ok) return removed;
  }
  return ok([...reaped.value, ...own.map(({ id }) => id)]);
}
