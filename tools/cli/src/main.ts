import { runCommandLine } from "./command-line.ts";
import { commands } from "./commands.ts";

process.exitCode = await runCommandLine(process.argv.slice(2), commands);
