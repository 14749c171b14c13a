import path from "node:path";
import { readImageReceipt } from "../receipt.ts";
import type { Located } from "./entry.ts";

/** The version of a workspace's agent in its image on a base; `undefined` where none is built, or it is not told. */
export async function builtVersion(agent: Located, base: string): Promise<string | undefined> {
  if (agent.place !== "workspace") return undefined;
  const receipt = await readImageReceipt(path.join(agent.folder, "dist/image", base));
  return receipt?.agentVersion;
}
