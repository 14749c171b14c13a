import { readSigningKey, readTrust, signingKeyFile } from "@slipway/attestation";
import { promote } from "@slipway/processes/promote";
import { gateRows } from "@slipway/report/ao-promotion";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAoCall } from "./ao-call.ts";

const options = {
  from: { type: "string" },
  to: { type: "string" },
  "accept-state-loss": { type: "boolean" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** The bytes that one environment runs, to another; 1 where a gate is closed, and then nothing is sent. */
export async function promoteProcesses(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { from, to, "dry-run": isDryRun = false, json, ...flags } = read.value.options;
  if (from === undefined || to === undefined) {
    return tellUsage({ reason: "arguments-invalid", problem: "--from and --to are both needed" });
  }
  const { taskOf, tell, show } = openAoCall(call, { json });
  const task = taskOf(read.value.words[0]);
  if (!task.ok) return tell(task);
  const trust = await readTrust(call.workspaceRoot);
  if (!trust.ok) return tell(trust);
  // Who has no key has signed nothing: then every signature is another's.
  const key = await readSigningKey(signingKeyFile(process.env));
  if (!key.ok && key.failure.reason !== "signing-key-missing") return tell(key);
  const people = { trust: trust.value, ownKey: key.ok ? key.value.hint : undefined };
  const acceptStateLoss = flags["accept-state-loss"];
  const promoted = await promote(task.value, { from, to, isDryRun, acceptStateLoss }, people);
  if (!promoted.ok) return tell(promoted);
  const { gates, digests, done } = promoted.value;
  const isOpen = gates.every(({ state }) => state !== "closed");
  const result = done === undefined ? (isOpen ? "planned" : "refused") : "promoted";
  const processes = (done ?? []).map(({ name, state, record }) => {
    const { process: id } = record;
    return { name, state, process: id };
  });
  show({ from, to, result, gates, digests, processes }, [
    ...gateRows(gates),
    ...processes.map(({ name, state, process: id }) => [
      state === "done" ? "promoted" : "as it is",
      name,
      id,
    ]),
  ]);
  return isOpen ? 0 : 1;
}
