import path from "node:path";
import type { ExecutorContext } from "@nx/devkit";
import { pushImage } from "@slipway/images/push";
import { readImageReceipt } from "@slipway/images/receipt";
import { fail } from "@slipway/signature/basics";
import { runTask } from "../session/run-task.ts";
import type { Session } from "../session/session.ts";
import { openSessionRegistry } from "../session/user-registry.ts";
import { Options } from "./options.ts";

export default async function rootfsPush(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: pushRootfs });
}

async function pushRootfs(session: Session) {
  const { workspaceRoot, projectName, projectRoot } = session;
  const folder = path.posix.join(projectRoot, "dist", "rootfs");
  const target = `${projectName}:rootfs`;
  const receipt = await readImageReceipt(path.join(workspaceRoot, folder));
  if (receipt === undefined) return fail({ reason: "receipt-missing", folder, target } as const);
  return pushImage(openSessionRegistry(session), { workspaceRoot, folder, receipt, target });
}
