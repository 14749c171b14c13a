import type { ForeignSyntax, ProcessesCause, ProcessesFailure } from "@slipway/processes";
import type { Causes, Texts } from "../text.ts";
import { deployTexts } from "./processes-deploy.ts";
import { proveTexts } from "./processes-prove.ts";
import { preflightTexts } from "./preflight.ts";
import { releaseCauses, releaseTexts } from "./processes-release.ts";

type Unit = "mu" | "su" | "cu" | "gateway" | "node";

const units: { readonly [Name in Unit]: string } = {
  mu: "the message unit",
  su: "the scheduler unit",
  cu: "the compute unit",
  gateway: "the gateway",
  node: "the HyperBEAM node",
};

const foreignSyntax: { readonly [Name in ForeignSyntax]: string } = {
  "attribute-of-lua-5.4": "<const> and <close> are of Lua 5.4; aos runs Lua 5.3: leave them out",
  "number-of-luajit": "such numbers are of LuaJIT; aos runs Lua 5.3, whose integers have 64 bits",
  "not-equal-of-c": "not equal is ~= in Lua",
  "assignment-of-c": "Lua has no += or ++: write x = x + 1",
  "logic-of-c": "Lua writes and, or, not",
};

function otherCase(f: { readonly otherCase?: string }): Readonly<Record<string, string>> {
  return f.otherCase === undefined ? {} : { "in another case": f.otherCase };
}

/** What to do about a refusal that stays one. */
function refusalHint(status: number): string {
  if (status === 403) {
    return "it does not serve this process or this machine: ask who runs it, or name another in ao.yml";
  }
  if (status === 413)
    return "it takes smaller items only: set bundle.minify in ao.yml, or name another";
  return "to send the same again would not help: the answer says why";
}

/** A definition that is not valid has its words where the others have theirs. */
export const processesTexts: Texts<
  Exclude<ProcessesFailure, { readonly reason: "definition-invalid" }>
> = {
  ...deployTexts,
  ...proveTexts,
  ...preflightTexts,
  ...releaseTexts,
  "ao-definition-missing": (f) => ({
    what: "this project has no ao.yml",
    facts: { file: f.file },
    hint: "name a project as the first word, or stand in its folder; a new one has name, processes and targets",
  }),
  "ao-definition-holds-key": (f) => ({
    what: "the definition holds what looks like a private key",
    facts: { file: f.file, line: f.line },
    hint: "take it out, and use another: say where the wallet is by env, file or signer",
  }),
  "lua-source-missing": (f) => ({
    what: "the main Lua file is not there",
    facts: { file: f.file, ...otherCase(f) },
    hint: "source in ao.yml is relative to the project",
  }),
  "lua-source-outside": (f) => ({
    what: "the main Lua file is a link that leads out of the project",
    facts: { file: f.file },
    hint: "copy the file into the project",
  }),
  "lua-not-utf8": (f) => ({
    what: "a Lua file is not UTF-8",
    facts: { file: f.file },
    hint: "save it as UTF-8; write other bytes in strings as \\xNN",
  }),
  "lua-syntax": (f) => ({
    what: `Lua syntax: ${f.problem}`,
    facts: {},
    at: f.at,
    hint:
      f.foreign === undefined
        ? "the file is read as Lua 5.3, which aos runs; mend it and run the same command again"
        : foreignSyntax[f.foreign],
  }),
  "lua-too-deep": (f) => ({
    what: "a Lua file is nested deeper than it can be read",
    facts: { file: f.file },
    hint: "Lua itself takes 200 levels; make tables of data in a loop",
  }),
  "lua-locals": (f) => ({
    what: "a function has more than 200 local variables at once, which Lua refuses",
    facts: {},
    at: f.at,
    hint: "put what belongs together into a table, or parts into modules of their own",
  }),
  "lua-too-large": (f) => ({
    what: "a Lua file is larger than what is read",
    facts: { file: f.file, bytes: f.sizeBytes, limit: f.limitBytes },
    hint: "send data to the process by messages, not in its code",
  }),
  "lua-module-missing": (f) => ({
    what: `there is no module ${f.module}`,
    facts: { ...(f.tried.length === 0 ? {} : { tried: f.tried.join(", ") }), ...otherCase(f) },
    hint: "a module is a Lua file in a folder of modules, its dots read as folders; one that the network's module has is named in bundle.external",
    at: f.at,
  }),
  "lua-module-reserved": (f) => ({
    what: `${f.module} is a module of aos itself`,
    facts: { file: f.file },
    hint: "rename the file: replacing the module would change aos",
    at: f.at,
  }),
  "lua-module-outside": (f) => ({
    what: `the module ${f.module} is a link that leads out of the project`,
    facts: { file: f.file },
    hint: "copy the file into the project",
    at: f.at,
  }),
  "lua-module-cycle": (f) => ({
    what: "Lua modules require each other in a circle",
    facts: { circle: f.path.join(" -> ") },
    hint: "move what they share into a module that requires neither",
    at: f.at,
  }),
  "bundle-too-large": (f) => ({
    what: `the bundle of ${f.process} has ${f.sizeBytes} bytes: ${f.limitBytes} are the most`,
    facts: Object.fromEntries(f.largest.map(({ file, sizeBytes }) => [file, sizeBytes])),
    hint: "bundle.minify makes it shorter; bundle.max_bytes is the limit, if the network takes more",
  }),
  "ao-receipt-missing": (f) => ({
    what: "the bundle is not there",
    facts: { file: f.file },
    hint: "run the target ao-bundle",
  }),
  "ao-receipt-invalid": (f) => ({
    what: "the receipt of the bundle cannot be read",
    facts: { file: f.file, problem: f.problem },
    hint: "remove the project's dist folder and run ao-bundle",
  }),
  "ao-receipt-other": (f) => ({
    what: `nothing is bundled of the process ${f.process}`,
    facts: {},
    hint: "ao.yml has changed since: run the target ao-bundle",
  }),
  "ao-bundle-altered": (f) => ({
    what: "the bundle is not the one of its receipt",
    facts: { file: f.file, receipt: f.codeDigest },
    hint: "remove the project's dist folder and run ao-bundle",
  }),
  "deploy-target-unknown": (f) => ({
    what: `ao.yml has no target ${f.deployTarget}`,
    facts: { targets: f.known.join(", ") },
  }),
  "ao-network-absent": (f) => ({
    what: "no local AO network is running",
    facts: { file: f.file },
    hint: "start one: npx nx run @slipway/ao-network:ao-net",
  }),
  "ao-network-dead": (f) => ({
    what: "the local AO network has ended without a word",
    facts: { file: f.file, pid: f.pid },
    hint: "start it again: npx nx run @slipway/ao-network:ao-net",
  }),
  "ao-network-file-invalid": (f) => ({
    what: "the file of the local AO network does not say where it is",
    facts: { file: f.file, problem: f.problem },
    hint: "stop the network, remove the file, start it again",
  }),
  "ao-record-invalid": (f) => ({
    what: "the record of the deployment cannot be read",
    facts: { file: f.file, problem: f.problem },
    hint: "take it as it was committed; without it processes are found by their owner and tags, of several the newest",
  }),
  "ao-record-missing": (f) => ({
    what: "nothing is recorded as deployed",
    facts: { file: f.file },
    hint: "run the target ao-deploy",
  }),
  "ao-record-moved": (f) => ({
    what: "the record was written since it was compared with the network: nothing was written over it",
    facts: { file: f.file },
    hint: "run slipway ao recover again",
  }),
  "ao-deploy-running": (f) => ({
    what: "another run is deploying this target",
    facts: { lock: f.file },
    hint: "wait until it has ended",
  }),
  "unit-unreachable": (f) => ({
    what: `${units[f.unit]} did not answer`,
    facts: { request: `${f.method} ${f.url}`, problem: f.problem },
    hint: "run the target again: nothing is sent twice",
  }),
  "unit-refused": (f) => ({
    what: `${units[f.unit]} refused`,
    facts: { request: `${f.method} ${f.url}`, status: f.status, answer: f.detail },
    hint: f.retryable ? "run the target again later: nothing is sent twice" : refusalHint(f.status),
  }),
  "unit-unreadable": (f) => ({
    what: `${units[f.unit]} answered with something that is not JSON`,
    facts: {
      request: `${f.method} ${f.url}`,
      status: f.status,
      "content type": f.contentType,
      begins: f.start,
    },
    hint: "a proxy may stand before it; see whether the address is the unit's own",
  }),
  "unit-busy": (f) => ({
    what: `${units[f.unit]} was busy all the time`,
    facts: { request: f.url, "waited ms": f.waitedMs },
    hint: "run the target again later: nothing is sent twice",
  }),
  "ao-stopped": () => ({
    what: "stopped before the deployment was proven",
    facts: {},
    hint: "run the target again: it goes on where this run ended",
  }),
  "wallet-not-owner": (f) => ({
    what: "the process belongs to another wallet",
    facts: { process: f.process, owner: f.owner, wallet: f.wallet },
    hint: "use the owner's wallet, or remove the record to spawn a new process",
  }),
  "item-unassigned": (f) => ({
    what: "the network accepted an item and never put it anywhere",
    facts: { item: f.item, process: f.process, "waited ms": f.waitedMs },
    hint: "run the target again: the same item is sent, not a second one",
  }),
  "evaluation-failed": (f) => ({
    what: "the code failed in its process, which keeps the code it had",
    facts: { process: f.process, message: f.message, error: f.error },
    hint: "correct the code and run the target again",
  }),
  "evaluation-unproven": (f) => ({
    what: "the message was processed, and the code did not run to its end",
    facts: { process: f.process, message: f.message, output: f.output },
    hint: "a process evaluates only what its owner sends: see whose wallet this is",
  }),
  "process-gone": (f) => ({
    what: "the recorded process is not on the network",
    facts: { process: f.process },
    hint: "run the target ao-deploy",
  }),
  "checks-failed": (f) => ({
    what: "the process runs the right code and does not answer as its checks expect",
    facts: {
      process: f.process,
      ...Object.fromEntries(
        f.checks.map(({ action, problem }, i) => [`${i + 1}  ${action}`, problem]),
      ),
    },
  }),
};

export const processesCauses: Causes<ProcessesCause> = {
  ...releaseCauses,
  "lua-bundled": "bundled",
  "ids-written": "written from the record",
  "code-tried": "ran in aos on this machine, and its checks pass",
  "first-deployment": "first deployment",
  "process-was-gone": "the network no longer had the process",
  "spawn-settings-changed": "what the process is spawned from changed",
  "spawn-unfinished": "a process was spawned and had no code yet",
  "process-adopted": "the record was lost and the process found again",
  "code-changed": "the code changed",
  "links-changed": "a process that it needs is another one",
  "live-code-drifted": "the process ran other code than was deployed",
  "deployment-resumed": "an interrupted deployment was completed",
  "promotion-approved": "signed: these codes may be promoted",
  "live-code-agrees": "the process answered with this code",
  "live-code-and-checks-agree": "the process answered with this code and its checks pass",
};
