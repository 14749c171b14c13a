import { runCommandLine } from "./command-line.ts";
import { packageCommands } from "./pkg/commands.ts";

/** Their parsers are native code, of which each platform needs its own. */
const unpacked = new Set(["pkg scan", "pkg validate"]);

// `slipway pkg` for machines without this workspace: scripts/pack-cli.ts makes one npm package of it.
process.exitCode = await runCommandLine(
  process.argv.slice(2),
  packageCommands.filter(({ name }) => !unpacked.has(name)),
);
