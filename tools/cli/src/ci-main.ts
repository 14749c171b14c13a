import { runCommandLine } from "./command-line.ts";
import { runCommands } from "./ci/run-commands.ts";

// What a run of a CI system calls, for machines without this workspace: scripts/pack-ci.ts makes one file of it.
process.exitCode = await runCommandLine(process.argv.slice(2), runCommands);
