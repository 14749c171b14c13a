import type { ExecutorContext, TaskGraph } from "@nx/devkit";
import { renderResult } from "@slipway/report";
import type { Failure } from "@slipway/report";
import { fail } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { ZodType, output } from "zod";
import { parseOptions } from "./options.ts";
import { openTaskSession } from "./session.ts";
import type { Session } from "./session.ts";

type BatchResult = {
  readonly task: string;
  readonly result: {
    readonly success: boolean;
    readonly terminalOutput: string;
    readonly startTime: number;
    readonly endTime: number;
  };
};

/** Runs the tasks of a batch one after another; one that fails does not hold up the others, one that is stopped does. */
export async function* runBatch<Schema extends ZodType>(batch: {
  readonly graph: TaskGraph;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly context: ExecutorContext;
  readonly schema: Schema;
  readonly run: (session: Session, options: output<Schema>) => Promise<Result<Outcome, Failure>>;
}): AsyncGenerator<BatchResult> {
  let isStopped = false;
  for (const [id, task] of Object.entries(batch.graph.tasks)) {
    const startTime = Date.now();
    const told: string[] = [];
    await using session = openTaskSession(batch.context, task.target, (result) => {
      told.push(renderResult(result));
    });
    const options = parseOptions(batch.schema, batch.inputs[id] ?? {});
    const work = async () =>
      options.ok ? session.guarded(async () => batch.run(session, options.value)) : options;
    const result = isStopped ? fail({ reason: "run-stopped" } as const) : await work();
    const { success } = await session.finish(result);
    const endTime = Date.now();
    yield {
      task: id,
      result: { success, terminalOutput: told.join(""), startTime, endTime },
    };
    isStopped ||= session.signal.aborted;
  }
}
