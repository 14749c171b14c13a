import path from "node:path";
import { Command } from "commander";
import { openConsole } from "@slipway/report";
import { initKeys } from "@slipway/smoke";
import { clean } from "./clean.ts";
import { explain } from "./explain.ts";
import { add } from "./packages.ts";
import { lineTargets, runLine } from "./run.ts";
import { findWorkspace } from "./workspace.ts";

const workspaceRoot = findWorkspace(process.cwd());

/** Each command answers with its exit code. */
async function exits(run: Promise<number>): Promise<void> {
  process.exitCode = await run;
}

const program = new Command("slipway")
  .description("Agent packages, images, AO processes, CI configuration and sealed smoke runs")
  .helpCommand(false);

program
  .command("run")
  .description("run the whole line of the workspace's projects and print one table")
  .option("-t, --targets <names>", "comma-separated targets", lineTargets.join(","))
  .argument("[nx arguments...]", "passed on to nx run-many")
  .action((nxArguments: readonly string[], { targets }: { readonly targets: string }) =>
    exits(runLineWithKeys(targets.split(","), nxArguments)),
  );

program
  .command("explain")
  .description("say why a target will run, or why not")
  .argument("<project:target>")
  .action((id: string) => exits(explain(workspaceRoot, id)));

program
  .command("pkg")
  .description("agent packages")
  .command("add")
  .description("lock what a reference names now")
  .argument("<reference>", "host[:port]/repository[:tag]")
  .action((reference: string) => exits(add(process.cwd(), reference)));

program
  .command("smoke")
  .description("sealed smoke runs")
  .command("keys")
  .description("signing keys")
  .command("init")
  .description("make this machine's signing key and let this workspace trust it")
  .action(() => exits(initKeysHere(true)));

program
  .command("clean")
  .description("remove what this workspace made: labelled images and containers, its own folders")
  .action(() => exits(clean(path.resolve(workspaceRoot))));

await program.parseAsync();

async function runLineWithKeys(
  targets: readonly string[],
  nxArguments: readonly string[],
): Promise<number> {
  const signs = targets.some((target) => target === "smoke" || target === "verify-boot");
  const code = signs ? await initKeysHere(false) : 0;
  return code === 0 ? runLine(workspaceRoot, targets, nxArguments) : code;
}

async function initKeysHere(tellsSuccess: boolean): Promise<number> {
  const made = await initKeys(workspaceRoot, process.env);
  if (tellsSuccess || !made.ok) openConsole().result(made);
  return made.ok ? 0 : 1;
}
