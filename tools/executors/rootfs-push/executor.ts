import path from "node:path";
import type { ExecutorContext } from "@nx/devkit";
import { pushImage, readImageReceipt } from "@slipway/images";
import { openRegistry } from "@slipway/registry";
import { fail } from "@slipway/signature";
import { runTask } from "../session/run-task.ts";
import type { Session } from "../session/session.ts";
import { Options } from "./options.ts";

export default async function rootfsPush(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: pushRootfs });
}

async function pushRootfs(session: Session) {
  const { workspaceRoot, projectName, projectRoot, signal } = session;
  const folder = path.posix.join(projectRoot, "dist", "rootfs");
  const target = `${projectName}:rootfs`;
  const receipt = await readImageReceipt(path.join(workspaceRoot, folder));
  if (receipt === undefined) return fail({ reason: "receipt-missing", folder, target } as const);
  const registry = openRegistry({ signal, counted: (asked) => session.counted("registry", asked) });
  return pushImage(registry, { workspaceRoot, folder, receipt, target });
}
