import { runCommandLine } from "./command-line.ts";
import { packageCommands } from "./pkg/commands.ts";

// `slipway pkg` for machines without this workspace: scripts/pack-cli.ts makes one npm package of it.
process.exitCode = await runCommandLine(process.argv.slice(2), packageCommands);
