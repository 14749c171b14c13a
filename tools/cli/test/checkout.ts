import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { copyCheckout } from "@slipway/signature/copy-checkout";
import { linkPackages } from "@slipway/signature/link-packages";

const source = path.join(import.meta.dirname, "..", "..", "..");

/** The working tree as one commit in a temporary folder, with the installed packages linked; gone at the end. */
export type Checkout = Disposable & {
  readonly root: string;
  readonly write: (file: string, text: string) => void;
  readonly edit: (file: string, change: (text: string) => string) => void;
  readonly remove: (file: string) => void;
  readonly git: (...args: readonly string[]) => string;
  readonly slipway: (
    args: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ) => Ended;
  readonly nx: (...args: readonly string[]) => Ended;
};

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export async function openCheckout(): Promise<Checkout> {
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-checkout-"));
  const root = path.join(folder, "workspace");
  copyCheckout(source, root);
  await linkPackages(source, root);
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  const run = (
    command: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Ended => {
    const env = {
      ...process.env,
      NX_DAEMON: "false",
      // No engine: explaining works without one.
      DOCKER_HOST: `unix://${folder}/none`,
      HOME: folder,
      ...environment,
    };
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd: root,
      env,
      encoding: "utf8",
    });
    return { code: status, stdout, stderr };
  };
  const git = (...args: readonly string[]): string => {
    const identity = ["-c", "user.name=checkout", "-c", "user.email=checkout@localhost"];
    return execFileSync("git", [...identity, ...args], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  };
  git("init", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message=start");
  return {
    root,
    write,
    edit: (file, change) => write(file, change(readFileSync(path.join(root, file), "utf8"))),
    remove: (file) => rmSync(path.join(root, file), { recursive: true }),
    git,
    slipway: (args, environment) =>
      run(
        process.execPath,
        [path.join(root, "node_modules", "@slipway", "cli", "slipway.cjs"), ...args],
        environment,
      ),
    nx: (...args) =>
      run(process.execPath, [
        path.join(root, "node_modules", "nx", "dist", "bin", "nx.js"),
        ...args,
      ]),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
