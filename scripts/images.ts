// Builds the fleet of examples/fleet and starts every image of it: agents from npm on two releases of Debian, and what its
// user has added. It ends with the first command that fails; what is done stays done, and a second time costs seconds.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { fleetCommands } from "./fleet/commands.ts";
import type { FleetCommand } from "./fleet/commands.ts";
import { layOutFleet } from "./fleet/lay-out.ts";

const interrupted = 130;

async function makeFleet(): Promise<number> {
  const fleet = await layOutFleet(path.join(import.meta.dirname, "..", ".slipway", "fleet"));
  for (const command of fleetCommands(fleet)) {
    const code = await run(command);
    if (code !== 0) return code;
  }
  return 0;
}

/** A terminal sends Ctrl-C to both of us: we stay until the command has ended, and begin no other. */
async function run({ args, environment, folder }: FleetCommand): Promise<number> {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: "inherit",
  });
  const stop = (): void => void child.kill("SIGTERM");
  process.on("SIGINT", stay).on("SIGTERM", stop);
  await once(child, "close");
  process.off("SIGINT", stay).off("SIGTERM", stop);
  return child.exitCode ?? interrupted;
}

function stay(): void {}

process.exitCode = await makeFleet();
