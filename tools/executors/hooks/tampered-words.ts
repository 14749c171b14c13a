import path from "node:path";
import { cacheDir } from "@nx/devkit";
import type { TaskResults } from "@nx/devkit";
import { renderFailure } from "@slipway/report";

/** What to say of tasks that Nx served something else than they made. */
export function tamperedWords(ids: readonly string[], results: TaskResults): string {
  return ids
    .map((id) => {
      const entry = path.join(cacheDir, results[id]?.task.hash ?? "");
      return renderFailure({ reason: "cached-result-differs", target: id, entry });
    })
    .join("\n");
}
