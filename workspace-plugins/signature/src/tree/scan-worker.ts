import { parentPort } from "node:worker_threads";
import { openLooking } from "./look.ts";
import { cursorAt, takeFolders } from "./scan.ts";
import { viewSnapshot } from "./snapshot.ts";
import type { Task } from "./task.ts";

// The other thread of a crew: one task a message, one reply on the port that came with it.
parentPort?.on("message", ({ snapshot, cursor, port, ...request }: Task) => {
  const control = new Int32Array(cursor);
  if (Atomics.compareExchange(control, cursorAt.begun, 0, 1) !== 0) return;
  const old = snapshot === undefined ? undefined : viewSnapshot(snapshot);
  const looking = openLooking({ ...request, old });
  const steps = takeFolders({ ...request, cursor: control }, looking);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  const buffers = step.value.blocks.flatMap(({ stats }) =>
    stats.buffer instanceof ArrayBuffer ? [stats.buffer] : [],
  );
  port.postMessage(step.value, buffers);
  port.close();
});
