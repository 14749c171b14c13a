import { readFile } from "node:fs/promises";
import os from "node:os";
import { isRunning } from "@slipway/signature/process-group";

/** The label on everything a run makes: which process of which machine will remove it. */
export const ownerLabel = "dev.slipway.run";

/** `<machine>/<boot>/<pid>/<start time>`: process ids come round again, start times within one boot do not. */
export async function currentOwner(): Promise<string> {
  return [os.hostname(), await bootId(), process.pid, (await startTime(process.pid)) ?? "?"].join(
    "/",
  );
}

/** False only when this machine can tell that the process is gone; another machine's runs are not ours to judge. */
export async function ownerMayLive(owner: string): Promise<boolean> {
  const [machine, boot, pid, started] = owner.split("/");
  if (machine !== os.hostname() || pid === undefined) return true;
  if (boot !== (await bootId())) return false;
  const now = await startTime(Number(pid));
  return now === undefined ? isRunning(Number(pid)) : now === started;
}

async function bootId(): Promise<string> {
  try {
    return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  } catch {
    return "no-proc";
  }
}

/** The 22nd field of proc_pid_stat(5), in clock ticks since boot; the second may hold spaces and brackets. */
async function startTime(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
