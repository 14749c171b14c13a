import type { ProcessesCause, ProcessesFailure } from "@slipway/processes";
import type { Causes, Texts } from "../text.ts";

type Unit = "mu" | "su" | "cu" | "gateway";

const units: { readonly [Name in Unit]: string } = {
  mu: "the message unit",
  su: "the scheduler unit",
  cu: "the compute unit",
  gateway: "the gateway",
};

/** A definition that is not valid has its words where the others have theirs. */
export const processesTexts: Texts<
  Exclude<ProcessesFailure, { readonly reason: "definition-invalid" }>
> = {
  "ao-definition-missing": (f) => ({
    what: "this project has no ao.yml",
    facts: { file: f.file },
    hint: "write one with name, source and targets",
  }),
  "lua-source-missing": (f) => ({
    what: "the main Lua file is not there",
    facts: { file: f.file },
    hint: "source in ao.yml is relative to the project",
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
    hint: "the file is read as Lua 5.3, which aos runs; mend it and run the same command again",
  }),
  "lua-module-missing": (f) => ({
    what: `there is no module ${f.module}`,
    facts: f.tried.length === 0 ? {} : { tried: f.tried.join(", ") },
    hint: "a module is a Lua file beside the main file or under the project, its dots read as folders",
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
  }),
  "lua-module-cycle": (f) => ({
    what: "Lua modules require each other in a circle",
    facts: { circle: f.path.join(" -> ") },
    hint: "move what they share into a module that requires neither",
    at: f.at,
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
  "ao-bundle-altered": (f) => ({
    what: "the bundle is not the one of its receipt",
    facts: { file: f.file, receipt: f.codeDigest },
    hint: "remove the project's dist folder and run ao-bundle",
  }),
  "deploy-target-unknown": (f) => ({
    what: `ao.yml has no target ${f.deployTarget}`,
    facts: { targets: f.known.join(", ") },
  }),
  "deploy-target-unsupported": (f) => ({
    what: `the target ${f.deployTarget} cannot be deployed to yet`,
    facts: { mode: f.mode },
    hint: "targets of mode legacy can",
  }),
  "environment-overrides": (f) => ({
    what: "variables of the environment would replace what ao.yml says",
    facts: { variables: f.names.join(", ") },
    hint: "unset them",
  }),
  "ao-network-absent": (f) => ({
    what: "no local AO network is running",
    facts: { file: f.file },
    hint: "start one: npx nx run @slipway/ao-network:serve",
  }),
  "ao-network-dead": (f) => ({
    what: "the local AO network has ended without a word",
    facts: { file: f.file, pid: f.pid },
    hint: "start it again: npx nx run @slipway/ao-network:serve",
  }),
  "ao-network-file-invalid": (f) => ({
    what: "the file of the local AO network does not say where it is",
    facts: { file: f.file, problem: f.problem },
    hint: "stop the network, remove the file, start it again",
  }),
  "wallet-unreadable": (f) => ({ what: "there is no wallet", facts: { source: f.source } }),
  "wallet-invalid": (f) => ({
    what: "the wallet is not an Arweave key in JWK form",
    facts: { source: f.source },
  }),
  "ao-record-invalid": (f) => ({
    what: "the record of the deployment cannot be read",
    facts: { file: f.file, problem: f.problem },
    hint: "remove it: the process is found again by its owner and tags",
  }),
  "ao-record-missing": (f) => ({
    what: "nothing is recorded as deployed",
    facts: { file: f.file },
    hint: "run the target ao-deploy",
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
    ...(f.retryable ? { hint: "run the target again later: nothing is sent twice" } : {}),
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
  "ao-request-failed": (f) => ({
    what: `could not ${f.step}`,
    facts: { problem: f.problem },
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
  "live-code-differs": (f) => ({
    what: "the process runs other code than the bundle",
    facts: { process: f.process, expected: f.expected, live: f.live },
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
  "lua-bundled": "bundled",
  "first-deployment": "first deployment",
  "process-was-gone": "the network no longer had the process",
  "spawn-settings-changed": "what the process is spawned from changed",
  "spawn-unfinished": "a process was spawned and had no code yet",
  "process-adopted": "the record was lost and the process found again",
  "code-changed": "the code changed",
  "live-code-drifted": "the process ran other code than was deployed",
  "deployment-resumed": "an interrupted deployment was completed",
  "live-code-agrees": "the process answered with this code",
  "live-code-and-checks-agree": "the process answered with this code and its checks pass",
};
