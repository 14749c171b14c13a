import path from "node:path";
import type { ExecutorContext } from "@nx/devkit";
import { pushImage, readImageReceipt } from "@slipway/images";
import { openRegistry } from "@slipway/registry";
import { fail } from "@slipway/signature";
import { openSession, parseOptions } from "../session/session.ts";
import { Options } from "./options.ts";

export default async function rootfsPush(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  await using session = await openSession(context);
  const options = parseOptions(Options, raw);
  if (!options.ok) return session.finish(options);
  const { workspaceRoot, projectName, signal } = session;
  const folder = path.posix.join(session.projectRoot, "dist", "rootfs");
  const target = `${projectName}:rootfs`;
  const receipt = await readImageReceipt(path.join(workspaceRoot, folder));
  if (receipt === undefined) {
    return session.finish(fail({ reason: "receipt-missing", folder, target }));
  }
  const registry = openRegistry({ signal, counted: (asked) => session.counted("registry", asked) });
  return session.finish(await pushImage(registry, { workspaceRoot, folder, receipt, target }));
}
