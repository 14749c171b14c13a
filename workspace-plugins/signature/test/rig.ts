import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A workspace in a temporary folder, gone at the end of its scope. */
export type Rig = Disposable & {
  readonly root: string;
  readonly write: (file: string, text: string | Uint8Array) => void;
  readonly makeExecutable: (file: string, isExecutable?: boolean) => void;
  readonly link: (file: string, target: string) => void;
  readonly remove: (file: string) => void;
  readonly git: (...args: readonly string[]) => void;
};

export function openRig(files: Readonly<Record<string, string>> = {}): Rig {
  const root = mkdtempSync(path.join(tmpdir(), "slipway-signature-"));
  const write = (file: string, text: string | Uint8Array): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  return {
    root,
    write,
    makeExecutable: (file, isExecutable = true) =>
      chmodSync(path.join(root, file), isExecutable ? 0o755 : 0o644),
    link: (file, target) => {
      rmSync(path.join(root, file), { recursive: true, force: true });
      symlinkSync(target, path.join(root, file));
    },
    remove: (file) => rmSync(path.join(root, file), { recursive: true }),
    git: (...args) => {
      const identity = ["-c", "user.name=rig", "-c", "user.email=rig@localhost"];
      execFileSync("git", [...identity, ...args], { cwd: root, stdio: "pipe" });
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The same in a git repository with everything staged. */
export function openGitRig(files: Readonly<Record<string, string>> = {}): Rig {
  const rig = openRig(files);
  rig.git("init", "-q");
  rig.git("add", "-A");
  return rig;
}

export const never: AbortSignal = new AbortController().signal;
