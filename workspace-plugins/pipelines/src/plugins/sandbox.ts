import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "@slipway/signature/program";
import { compileCacheOf } from "./plugin-process.ts";
import type { PluginProgram } from "./plugin-process.ts";
import type { HiddenEntry } from "./repository-view.ts";
import { networkCapability } from "./sandbox-capabilities.ts";

/** Whether plugins are kept from all but what is theirs; if not, `detail` says why. */
export type Sandbox =
  | { readonly state: "enforced" }
  | { readonly state: "not-enforced"; readonly detail: string };

const program = "bwrap";

const probeMs = 5000;

/** Tries it: where it is installed the kernel may still refuse it. */
export async function probeSandbox(signal: AbortSignal): Promise<Sandbox> {
  const args = [...closed, ...runtime(), process.execPath, "--version"];
  try {
    await runProgram(program, args, { signal, timeout: probeMs, killSignal: "SIGKILL" });
    return { state: "enforced" };
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return { state: "not-enforced", detail: isMissing ? missing : lastLine(error) };
  }
}

const missing = "bubblewrap is not installed";

function lastLine(error: unknown): string {
  const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
  return said.split("\n").at(-1) || String(error);
}

/** Namespaces of its own for all that there are; it ends with us, and has no terminal and no rights. */
const closed = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"];

export type Confined = {
  readonly root: string;
  readonly hidden: readonly HiddenEntry[];
  /** Its own, or the program alone. */
  readonly folder: string | undefined;
  readonly granted: readonly string[];
  /** What is run came with us: what its Node compiles may be kept. */
  readonly isOurs: boolean;
};

const privateFolder = ["--setenv", "HOME", "/tmp", "--setenv", "TMPDIR", "/tmp"];

/** Where the plugin sees the repository, which is its working folder. */
const seenRoot = "/repository";

/** The program in the sandbox: it sees the repository, itself, what programs need to run, and a temporary folder of its own. */
export function confine(
  plugin: PluginProgram,
  { root, hidden, folder, granted, isOurs }: Confined,
): PluginProgram {
  const own = folder ?? plugin.args.at(-1) ?? plugin.file;
  const compiled = compileCacheOf(plugin);
  const args = [
    ...closed,
    ...runtime(),
    ...(granted.includes(networkCapability) ? network() : []),
    ...packagesAbove(own).flatMap(readOnly),
    ...readOnly(own),
    "--ro-bind",
    root,
    seenRoot,
    ...hidden.flatMap(covered),
    ...(isOurs ? ["--bind", compiled, compiled] : ["--unsetenv", "NODE_COMPILE_CACHE"]),
    ...privateFolder,
    "--chdir",
    seenRoot,
  ];
  return { ...plugin, within: [program, ...args] };
}

function readOnly(place: string): readonly string[] {
  return ["--ro-bind", place, place];
}

function covered({ path: relative, kind }: HiddenEntry): readonly string[] {
  const place = `${seenRoot}/${relative}`;
  // A device opens on no bind of ours.
  if (kind === "file") return ["--ro-bind", "/dev/null", place];
  return ["--tmpfs", place, "--remount-ro", place];
}

const ownMounts = ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"];

/** What the dynamic linker, interpreters and our own Node read. */
function runtime(): readonly string[] {
  const linked = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/usr", "/nix/store"];
  const settings = ["ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime"];
  return [
    ...[...linked, ...settings.map((name) => `/etc/${name}`)].flatMap(readOnlyIfThere),
    ...ownMounts,
    ...readOnly(realpathSync(process.execPath)),
  ];
}

/** The network as a whole: no namespace knows HTTPS from the rest. */
function network(): readonly string[] {
  const names = ["resolv.conf", "hosts", "nsswitch.conf", "ssl", "ca-certificates", "pki"];
  return ["--share-net", ...names.flatMap((name) => readOnlyIfThere(`/etc/${name}`))];
}

function readOnlyIfThere(place: string): readonly string[] {
  return ["--ro-bind-try", place, place];
}

/** Where Node looks for the packages of a script, and those of ours that plugins are made of, to which links of a workspace lead. */
function packagesAbove(own: string): readonly string[] {
  const sdk = fileURLToPath(import.meta.resolve("@slipway/pipeline-sdk/package.json"));
  const kit = manifestSeenFrom(own, "@slipway/pipeline-kit");
  const shared = [sdk, ...kit].map((manifest) => path.dirname(manifest));
  const places = [own, ...shared].flatMap((place) =>
    foldersAbove(place).map((folder) => path.join(folder, "node_modules")),
  );
  return [...new Set([...places, ...shared])].filter((place) => existsSync(place));
}

function manifestSeenFrom(place: string, name: string): readonly string[] {
  const above = foldersAbove(place).map((folder) => path.join(folder, "node_modules", name));
  const found = above.map((folder) => path.join(folder, "package.json")).find(existsSync);
  return found === undefined ? [] : [realpathSync(found)];
}

function foldersAbove(place: string): readonly string[] {
  const above = path.dirname(place);
  return above === place ? [place] : [place, ...foldersAbove(above)];
}
