import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const program = "/usr/bin/podman";

/** Why Podman cannot be used here; `undefined` where it can. */
export function whyNoPodman(): string | undefined {
  if (!existsSync(program)) return "podman is not installed: scripts/setup.sh tests does it";
  return process.getuid?.() === 0 ? undefined : "its own storage needs root here";
}

/** Podman's Docker-compatible API over a storage of its own, which goes with it. */
export async function startPodman(): Promise<AsyncDisposable & { readonly host: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-podman-"));
  const at = (name: string): string => path.join(folder, name);
  const socket = at("podman.sock");
  await writeFile(at("containers.conf"), `${settings}${await runtimeSetting()}`);
  const places = ["--root", at("root"), "--runroot", at("run"), "--tmpdir", at("tmp")];
  const child = spawn(program, [...places, "system", "service", "--time=0", `unix://${socket}`], {
    // What watches its containers writes a file there when one has no more memory.
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, CONTAINERS_CONF: at("containers.conf") },
    stdio: "ignore",
  });
  const ended = once(child, "close");
  while (!existsSync(socket)) {
    if (child.exitCode !== null) throw new Error(`podman ended with status ${child.exitCode}`);
    await delay(20);
  }
  return {
    host: `unix://${socket}`,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
      // It binds the folder of its layers to itself.
      for (const mounted of await mountsBelow(folder)) execFileSync("/bin/umount", ["-l", mounted]);
      await rm(folder, { recursive: true });
    },
  };
}

/** Nothing of the machine's: no systemd, no journal, locks as files, and limits that any caller may set. */
const settings = `
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
`;

/** Its own crun refuses a machine with controllers of both versions of control groups; the engine's runc takes it. */
async function runtimeSetting(): Promise<string> {
  const second = await readFile("/sys/fs/cgroup/unified/cgroup.controllers", "utf8").catch(
    () => "",
  );
  return second.trim() === "" ? "" : 'runtime = "runc"\n';
}

async function mountsBelow(folder: string): Promise<readonly string[]> {
  const mounts = await readFile("/proc/self/mounts", "utf8");
  return mounts
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((place) => place.startsWith(`${folder}/`))
    .toSorted()
    .toReversed();
}
