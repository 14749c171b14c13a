import { openLines } from "@slipway/report/lines";
import { fstatSync } from "@slipway/signature/file-system";
import { usageExitCode } from "./call.ts";
import type { Command } from "./command.ts";
import { findCommand } from "./find-command.ts";
import { findWorkspace, isWorkspace } from "./workspace.ts";

/** Runs the command that the words begin with, and answers with the exit code. */
export async function runCommandLine(
  words: readonly string[],
  commands: readonly Command[],
): Promise<number> {
  const found = findCommand(words, commands);
  if (found === undefined) return answer(words, commands);
  const { command, args } = found;
  const own = args.slice(0, args.includes("--") ? args.indexOf("--") : args.length);
  if (own.some(isHelp)) {
    openLines().line((await import("./help.ts")).usage(command, commands));
    return 0;
  }
  const workspaceRoot = findWorkspace(process.cwd());
  if (command.needsWorkspace === true && !isWorkspace(workspaceRoot)) {
    const { tellFailure } = await import("./tell.ts");
    return tellFailure({ reason: "workspace-missing", folder: workspaceRoot });
  }
  const run = await command.load();
  const { doing } = command;
  // Where nobody looks on, nothing is said, and nothing loaded for it.
  const isWaitedFor = doing !== undefined && isTerminal();
  using _heartbeat = isWaitedFor
    ? (await import("./heartbeat.ts")).openHeartbeat(doing)
    : undefined;
  const code = await refusedByDisk(run({ workspaceRoot, args, commands }), own);
  if (code === usageExitCode && command.passesOn !== true) await remind(command);
  return code;
}

async function refusedByDisk(running: number | Promise<number>, own: readonly string[]) {
  try {
    return await running;
  } catch (error) {
    const { fileSystemFailure } = await import("@slipway/report/file-system-failure");
    const failure = fileSystemFailure(error);
    if (failure === undefined) throw error;
    const { tellFailure } = await import("./tell.ts");
    return tellFailure(failure, { json: own.includes("--json") });
  }
}

/** Whoever called it wrongly sees how it is called. */
async function remind(command: Command): Promise<void> {
  openLines().progress(`usage: ${(await import("./help.ts")).calledAs(command)}`);
}

/** Asking the stream at once would load all streams and sockets, which takes 5 ms, where it is a file or a pipe. */
function isTerminal(): boolean {
  return fstatSync(2).isCharacterDevice() && process.stderr.isTTY;
}

/** Where no command was named. */
async function answer(words: readonly string[], commands: readonly Command[]): Promise<number> {
  const { line } = openLines();
  const [word] = words;
  if (word === "--version") {
    line((await import("../package.json", { with: { type: "json" } })).default.version);
    return 0;
  }
  if (word === undefined || isHelp(word)) {
    line((await import("./help.ts")).overview(commands));
    return 0;
  }
  if (word === "help") return runCommandLine([...words.slice(1), "--help"], commands);
  // `pkg help add` is `pkg add --help`.
  const isAsked = words.some((one) => isHelp(one) || one === "help");
  const named = words.filter((one) => !isHelp(one) && one !== "help");
  if (isAsked && findCommand(named, commands) !== undefined) {
    return runCommandLine([...named, "--help"], commands);
  }
  const family = commands.filter(({ name }) => name.startsWith(`${named.join(" ")} `));
  if (family.length > 0) {
    line((await import("./help.ts")).family(named.join(" "), family));
    return 0;
  }
  const { namesNear } = await import("@slipway/signature/names-near");
  const { openConsole } = await import("@slipway/report");
  const known = commands.map(({ name }) => name);
  const near = namesNear(words, known);
  openConsole().failure({ reason: "command-unknown", words: words.join(" "), known, near });
  return usageExitCode;
}

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}
