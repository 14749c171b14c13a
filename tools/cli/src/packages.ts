import path from "node:path";
import { addPackage, lockName } from "@slipway/packages";
import { openRegistry } from "@slipway/registry";
import { openConsole } from "@slipway/report";

/** Locks what a reference names now. Answers with the exit code. */
export async function add(folder: string, reference: string): Promise<number> {
  const console = openConsole();
  const lockFile = path.join(folder, lockName);
  const added = await addPackage({ reference, lockFile, registry: openRegistry() });
  console.result(added);
  return added.ok ? 0 : 1;
}
