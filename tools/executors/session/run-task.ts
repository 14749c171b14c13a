import type { ExecutorContext } from "@nx/devkit";
import type { Failure } from "@slipway/report";
import type { Outcome, Result } from "@slipway/signature";
import type { ZodType, output } from "zod";
import { parseOptions } from "./options.ts";
import { openSession } from "./session.ts";
import type { Session } from "./session.ts";

/** The whole of an executor: options, the work, its outcome. `run` can be called more than once. */
export async function runTask<Schema extends ZodType>(task: {
  readonly raw: unknown;
  readonly context: ExecutorContext;
  readonly schema: Schema;
  readonly run: (session: Session, options: output<Schema>) => Promise<Result<Outcome, Failure>>;
}): Promise<{ success: boolean }> {
  await using session = await openSession(task.context);
  const options = parseOptions(task.schema, task.raw);
  if (!options.ok) return await session.finish(options);
  return await session.finish(await session.guarded(async () => task.run(session, options.value)));
}
