import { parseDigest, storeDefinitions } from "@slipway/signature";
import { deriveNow } from "./workspace-targets.ts";

/**
 * A process of its own for the workspace that it stands in, since Nx takes a process to have one: writes the definitions
 * of its targets to the file that is named, under the key that is named.
 */
const [file = "", keyText = ""] = process.argv.slice(2);
const key = parseDigest(keyText);
if (key === undefined) throw new Error(`internal: not a key: ${keyText}`);
const derived = await deriveNow(process.cwd());
if (derived.ok) await storeDefinitions(file, key, derived.value);
else {
  process.stderr.write(`${JSON.stringify(derived.failure, undefined, 2)}\n`);
  process.exitCode = 1;
}
