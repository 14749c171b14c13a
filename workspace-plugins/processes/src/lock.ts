import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { SettingsFailure } from "./failure.ts";
import { isAlive } from "./local-network.ts";

/** One deployment of a target at a time. A lock whose process died is taken over. */
export async function takeLock(file: string): Promise<Result<AsyncDisposable, SettingsFailure>> {
  await mkdir(path.dirname(file), { recursive: true });
  if (await create(file)) return ok(held(file));
  const pid = Number(await readFile(file, "utf8").catch(() => ""));
  if (pid > 0 && isAlive(pid)) return fail({ reason: "ao-deploy-running", file, pid });
  await rm(file, { force: true });
  return (await create(file)) ? ok(held(file)) : fail({ reason: "ao-deploy-running", file, pid });
}

/** A hard link appears with its content: nobody reads a lock that does not name its holder yet. */
async function create(file: string): Promise<boolean> {
  const draft = `${file}.${crypto.randomUUID()}`;
  await writeFile(draft, String(process.pid));
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function held(file: string): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
}
