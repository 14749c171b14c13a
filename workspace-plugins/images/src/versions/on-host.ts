import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Member } from "../archive.ts";
import { accessSettings, proxyArguments } from "../build-access.ts";
import type { BuildAccess } from "../build-access.ts";
import { runOnHost } from "../host-commands.ts";
import { mostPrinted } from "./find-version.ts";
import type { RunScript } from "./find-version.ts";

export type HostWorld = {
  readonly access: () => Promise<BuildAccess>;
  /** Of the caller; `PATH` alone is handed on. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
};

/**
 * Runs a `version.sh` on this machine, on a copy of its definition in a temporary folder that is its home as well: it
 * has `PATH`, a locale, and what a build has to reach its registries.
 */
export function scriptOnHost({ access, environment, signal, timeoutMs }: HostWorld): RunScript {
  return async ({ members }) => {
    const root = await mkdtemp(path.join(tmpdir(), "slipway-version-"));
    try {
      const settings = accessSettings(await access(), path.join(root, "access"));
      for (const member of members) await lay(root, member);
      for (const folder of ["home", "tmp", "access"]) await mkdir(path.join(root, folder));
      await writeFile(path.join(root, "access", "npmrc"), settings.npmrc);
      if (settings.caBundle !== undefined) {
        await writeFile(path.join(root, "access", "ca.crt"), await readFile(settings.caBundle));
      }
      const ended = await runOnHost({
        file: "version.sh",
        folder: path.join(root, "definition"),
        variables: {
          PATH: environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
          HOME: path.join(root, "home"),
          TMPDIR: path.join(root, "tmp"),
          LC_ALL: "C.UTF-8",
          ...proxyArguments(await access()),
          ...settings.variables,
        },
        mostPrinted,
        signal,
        timeoutMs,
      });
      if (ended.kind === "not-started") return fail({ reason: "bash-absent" });
      return ok(ended.kind === "timed-out" ? { kind: "timed-out", timeoutMs } : ended);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  };
}

async function lay(root: string, member: Member): Promise<void> {
  const file = path.join(root, member.name);
  await mkdir(path.dirname(file), { recursive: true });
  if ("linkTarget" in member) return symlink(member.linkTarget, file);
  const bytes = "bytes" in member ? member.bytes : await readFile(member.file);
  await writeFile(file, bytes, { mode: member.executable === true ? 0o500 : 0o400 });
}
