import { parentPort } from "node:worker_threads";
import { openLooking } from "./look.ts";
import { cursorAt, takeFolders } from "./scan.ts";
import { viewSnapshot } from "./snapshot.ts";
import type { Task } from "./task.ts";

// The other thread of a crew: one task a message, one reply on the port that came with it. An error in it ends the thread,
// of which whoever waits for the reply is told.
parentPort?.on("message", (task: Task) => void answer(task));

async function answer({ snapshot, cursor, port, ...request }: Task): Promise<void> {
  const control = new Int32Array(cursor);
  if (Atomics.compareExchange(control, cursorAt.begun, 0, 1) !== 0) return;
  const old = snapshot === undefined ? undefined : viewSnapshot(snapshot);
  const looking = openLooking({ ...request, old });
  const found = await takeFolders({ ...request, cursor: control }, looking, async () => {});
  const buffers = found.blocks.flatMap(({ stats }) =>
    stats.buffer instanceof ArrayBuffer ? [stats.buffer] : [],
  );
  port.postMessage(found, buffers);
  port.close();
}
